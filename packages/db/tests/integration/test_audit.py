from dataclasses import replace

import pytest

from duro.db.audit import Audit, AuditCheck, Finding
from duro.db.records import AttemptStatus, InvoiceStatus, RefundStatus
from duro.kernel import Mode

DAMAGE = {
    AuditCheck.JOURNALS_BALANCE: [
        "update test.ledger_entries set amount = amount + 1 where account = 'revenue'",
        "delete from test.ledger_entries where journal_id = (select id from test.journals limit 1)",
    ],
    AuditCheck.CAUSES_POSTED_ONCE: [
        "delete from test.journals where id = (select id from test.journals where cause_type = 'payment' limit 1)",
        "update test.journals set cause_id = gen_random_uuid() where cause_type = 'payment'",
        "update test.invoices set status = 'void', paid_at = null",
    ],
    AuditCheck.ACCOUNTS_AGREE: [
        "update test.ledger_entries set account = 'receivable' where account like 'gateway:%'",
        "update test.ledger_entries set account = 'gateway:other' where account = 'gateway:simulated'",
        "update test.ledger_entries set amount = amount * 2",
        "update test.subscriptions set balance = 5",
        "update test.ledger_entries set currency = 'USD'",
    ],
    AuditCheck.PAID_BY_ONE_ATTEMPT: [
        "update test.payment_attempts set status = 'failed'",
        "update test.payment_attempts set amount = amount - 1",
        "delete from test.payment_attempts",
    ],
    AuditCheck.AMOUNT_PAID: ["update test.invoices set amount_paid = amount_paid - 1, status = 'open', paid_at = null"],
    AuditCheck.NEVER_PAID_TWICE: [
        """insert into test.payment_attempts
        select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).* from test.payment_attempts a"""
    ],
    AuditCheck.ATTEMPTS_HAVE_INVOICES: [
        "update test.payment_attempts set invoice_id = gen_random_uuid()",
        "update test.payment_attempts set subscription_id = gen_random_uuid()",
        "update test.payment_attempts set currency = 'USD'",
    ],
    AuditCheck.REFUNDS_WITHIN_PAYMENTS: [
        "update test.invoices set amount_refunded = 1",
        """insert into test.refunds (tenant_id, id, attempt_id, invoice_id, status, amount, currency, reason,
            claimed_until, created_at)
        select tenant_id, id, id, invoice_id, 'pending', amount + 1, currency, 'x', created_at, created_at
        from test.payment_attempts""",
    ],
    AuditCheck.PERIODS_TILE: [
        """update test.invoices set period_start = period_start + interval '1 hour'
        where id = (select id from test.invoices order by id desc limit 1)""",
        """update test.invoices set period_start = period_start - interval '1 hour'
        where id = (select id from test.invoices order by id desc limit 1)""",
        "update test.subscriptions set current_period_end = current_period_end + interval '1 hour'",
        "update test.subscriptions set current_period_start = current_period_start + interval '1 hour'",
    ],
    AuditCheck.CYCLES_COUNTED: [
        "update test.subscriptions set cycles_completed = cycles_completed + 1",
        "delete from test.invoices where id = (select id from test.invoices order by id desc limit 1)",
    ],
    AuditCheck.PAID_WITHOUT_ADVANCE_REFUNDED: [
        "update test.subscriptions set current_period_end = current_period_start, cycles_completed = 1",
    ],
    AuditCheck.EVENTS_WITHOUT_GAP: [
        "delete from test.events where sequence = 2",
        "update test.events set sequence = sequence + 100",
        "update test.subscriptions set event_sequence = event_sequence + 1",
        "delete from test.events",
    ],
}
CASES = [(check, statement) for check, statements in DAMAGE.items() for statement in statements]


class TestAnAudit:
    @pytest.fixture
    async def renewed(self, book):
        """A tenant in good order with two paid periods, beside another one with its own."""
        tenant, other = await book.tenant(), await book.tenant("Other")
        await book.renew(other, await book.standing(other))
        once = await book.renew(tenant, await book.standing(tenant))
        return tenant, await book.renew(tenant, once)

    async def test_finds_nothing_in_a_book_in_order(self, book, renewed):
        report = await Audit(book.admin).run(Mode.TEST)
        assert (report.mode, report.tenants, report.findings) == (Mode.TEST, 2, ())
        assert report.is_clean

    async def test_finds_nothing_while_a_charge_is_in_flight_or_was_declined(self, book, renewed):
        tenant, standing = renewed
        _, attempt = await book.claim(tenant, standing)
        assert (await Audit(book.admin).run(Mode.TEST)).is_clean
        failed = replace(attempt, status=AttemptStatus.FAILED, failure_code="51", settled_at=book.clock.now())
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(failed)
        assert (await Audit(book.admin).run(Mode.TEST)).is_clean

    async def test_finds_nothing_in_a_charge_that_was_cancelled_in_flight_and_refunded(self, book, renewed):
        tenant, standing = renewed
        invoice, attempt = await book.claim(tenant, standing)
        now = book.clock.now()
        cancelled = standing.subscription.cancel_now(now)
        refund = book.refund(attempt)
        async with book.test.open(tenant) as repos:
            await repos.subscriptions.update(cancelled.subscription)
            await repos.events.append(cancelled.subscription, cancelled.events, {})
            await repos.attempts.update(replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=now))
            await repos.invoices.update(book.paid(invoice))
            await repos.ledger.post(book.postings.payment(attempt))
            await repos.refunds.insert(refund)
            await repos.ledger.post(book.postings.refund_claimed(refund))
        assert (await Audit(book.admin).run(Mode.TEST)).findings == ()
        async with book.test.open(tenant) as repos:
            await repos.refunds.update(replace(refund, status=RefundStatus.SUCCEEDED, settled_at=now))
            await repos.invoices.update(replace(book.paid(invoice), amount_refunded=invoice.total))
            await repos.ledger.post(book.postings.refund_done(refund, provider="simulated"))
        assert (await Audit(book.admin).run(Mode.TEST)).findings == ()

    async def test_finds_nothing_in_a_voided_invoice(self, book, renewed):
        tenant, standing = renewed
        invoice, attempt = await book.claim(tenant, standing)
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.FAILED, settled_at=book.clock.now()))
            await repos.invoices.update(replace(invoice, status=InvoiceStatus.VOID))
            await repos.ledger.post(book.postings.void(invoice))
        assert (await Audit(book.admin).run(Mode.TEST)).findings == ()

    @pytest.mark.parametrize(("check", "statement"), CASES)
    async def test_finds_damage(self, book, renewed, check, statement):
        if check == AuditCheck.NEVER_PAID_TWICE:
            async with book.admin.acquire() as connection:
                await connection.execute("drop index test.payment_attempts_one_in_flight")
        await book.damage(statement)
        report = await Audit(book.admin).run(Mode.TEST)
        assert check in {finding.check for finding in report.findings}
        assert not report.is_clean

    async def test_names_whose_book_and_which_row(self, book, renewed):
        tenant, standing = renewed
        subscription = standing.subscription
        await book.damage(
            "update test.subscriptions set cycles_completed = 7 where id = $1", arguments=(subscription.id.value,)
        )
        report = await Audit(book.admin).run(Mode.TEST)
        assert report.findings == (
            Finding(AuditCheck.CYCLES_COUNTED, tenant, f"{subscription.id} counts 7 cycles, paid for 2 periods"),
        )

    async def test_looks_at_one_mode(self, book, renewed):
        await book.damage("update test.subscriptions set cycles_completed = 7")
        report = await Audit(book.admin).run(Mode.LIVE)
        assert (report.tenants, report.findings) == (2, ())

    async def test_lists_no_more_than_a_hundred_of_a_kind(self, book):
        tenant = await book.tenant()
        await book.standing(tenant)
        await book.damage(
            """insert into test.subscriptions
            select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
            from test.subscriptions s, generate_series(1, 150)"""
        )
        assert len((await Audit(book.admin).run(Mode.TEST)).findings) == 100

    async def test_locks_out_nobody(self, book, renewed):
        tenant, standing = renewed
        async with book.test.open(tenant) as repos:
            await repos.subscriptions.lock(standing.subscription.id)
            assert (await Audit(book.admin).run(Mode.TEST)).is_clean
