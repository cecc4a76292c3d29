from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.db.charge_history import ChargeHistory
from duro.db.records import AttemptStatus
from duro.kernel import Mode, TenantId


class TestChargeHistory:
    @pytest.fixture
    async def tried(self, book):
        """A tenant with a renewal that was paid, and one that failed and then was paid; beside it another tenant's."""
        tenant, other = await book.tenant(), await book.tenant("Other")
        await book.renew(other, await book.standing(other))
        standing = await book.renew(tenant, await book.standing(tenant))
        invoice, attempt = await book.claim(tenant, standing)
        now = book.clock.now()
        failed = replace(attempt, status=AttemptStatus.FAILED, failure_code="51", settled_at=now)
        later = replace(book.attempt(invoice, standing.method), created_at=now + TimeDelta(hours=48))
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(failed)
            await repos.attempts.insert(later)
            await repos.attempts.update(replace(later, status=AttemptStatus.SUCCEEDED, settled_at=later.created_at))
            await repos.invoices.update(replace(book.paid(invoice), paid_at=later.created_at))
        return tenant, standing, invoice, failed, later

    def history(self, book, tenant, mode=Mode.TEST):
        return ChargeHistory(book.admin, tenant_id=tenant, mode=mode)

    async def test_reads_what_the_tenant_s_charges_were_answered_oldest_first(self, book, tried):
        tenant, standing, invoice, failed, later = tried
        first, *last = await self.history(book, tenant).since(invoice.created_at - TimeDelta(hours=24 * 400))
        assert (first.is_paid, first.failure_code) == (True, None)
        assert [(one.charged_at, one.is_paid, one.failure_code) for one in last] == [
            (failed.created_at, False, "51"),
            (later.created_at, True, None),
        ]
        for one in last:
            assert (one.invoice_id, one.customer_id) == (invoice.id, standing.customer.id)
            assert (one.amount, one.rail, one.provider) == (failed.amount, "card", standing.method.provider)
            assert (one.brand, one.card_added_at) == (standing.method.brand, standing.method.created_at)
            assert one.invoice_paid_at == later.created_at

    async def test_leaves_out_what_is_in_flight_and_invoices_made_before(self, book, tried):
        tenant, _, invoice, *_ = tried
        await book.claim(tenant, await book.standing(tenant))
        charges = await self.history(book, tenant).since(invoice.created_at)
        assert {one.invoice_id for one in charges} >= {invoice.id}
        assert all(one.is_paid or one.failure_code for one in charges)
        assert await self.history(book, tenant).since(book.clock.now() + TimeDelta(hours=1)) == ()

    async def test_reads_one_mode_and_nobody_else_s(self, book, tried):
        tenant, _, invoice, *_ = tried
        ever = invoice.created_at - TimeDelta(hours=24 * 400)
        assert await self.history(book, tenant, Mode.LIVE).since(ever) == ()
        assert len(await self.history(book, tenant).since(ever)) == 3

    async def test_says_that_there_is_no_such_tenant(self, book):
        assert await self.history(book, book.ids.new(TenantId)).since(book.clock.now()) is None

    async def test_keeps_the_latest_of_very_many(self, book, tried, monkeypatch):
        tenant, _, invoice, _, later = tried
        monkeypatch.setattr(ChargeHistory, "MOST", 1)
        (only,) = await self.history(book, tenant).since(invoice.created_at - TimeDelta(hours=24 * 400))
        assert only.charged_at == later.created_at
