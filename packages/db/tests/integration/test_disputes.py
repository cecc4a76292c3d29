from dataclasses import replace

import pytest

from duro.db.audit import Audit, AuditCheck
from duro.db.dispute_rows import Dispute, DisputeId, DisputeStatus
from duro.db.records import AttemptStatus
from duro.kernel import Mode, NotFoundError, PaymentMethodId

DAMAGE = [
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.journals where cause_type = 'dispute'"),
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.journals where cause_type = 'dispute_won'"),
    (AuditCheck.CAUSES_POSTED_ONCE, "update test.disputes set status = 'lost' where status = 'won'"),
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.disputes where status = 'lost'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.disputes set status = 'lost' where status = 'won'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.disputes set status = 'won' where status = 'lost'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.disputes set amount = amount - 1 where status = 'open'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.disputes set provider = 'other' where status = 'open'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.ledger_entries set account = 'bad_debt' where account = 'dispute'"),
]


class Disputed:
    """A charge of a standing subscription, and what its payer's bank takes back of it."""

    def __init__(self, book, tenant, standing, attempt) -> None:
        self.book, self.tenant, self.standing, self.attempt = book, tenant, standing, attempt

    def dispute(self, reference, **changes):
        dispute = Dispute(
            id=self.book.ids.new(DisputeId),
            attempt_id=self.attempt.id,
            provider="simulated",
            provider_reference=reference,
            amount=self.attempt.amount,
            reason="not_recognized",
            status=DisputeStatus.OPEN,
            opened_at=self.book.clock.now(),
        )
        return replace(dispute, **changes)

    async def opened(self, reference, **changes):
        dispute = self.dispute(reference, **changes)
        async with self.book.test.open(self.tenant) as repos:
            await repos.disputes.insert(dispute)
            await repos.ledger.post(self.book.postings.dispute(dispute))
        return dispute

    async def closed(self, dispute, status):
        ended = replace(dispute, status=status, closed_at=self.book.clock.now())
        async with self.book.test.open(self.tenant) as repos:
            await repos.disputes.close(ended)
            if status is DisputeStatus.WON:
                await repos.ledger.post(self.book.postings.dispute_won(ended))
        return ended


@pytest.fixture
async def disputed(book):
    tenant = await book.tenant()
    standing = await book.standing(tenant)
    invoice, attempt = await book.claim(tenant, standing)
    succeeded = replace(attempt, status=AttemptStatus.SUCCEEDED, settled_at=book.clock.now())
    async with book.test.open(tenant) as repos:
        await repos.attempts.update(succeeded)
        await repos.invoices.update(book.paid(invoice))
        await repos.ledger.post(book.postings.payment(attempt))
        change = standing.subscription.renewal_paid(invoice.period)
        await repos.subscriptions.update(change.subscription)
        await repos.events.append(change.subscription, change.events, {})
    return Disputed(book, tenant, standing, succeeded)


class TestDisputes:
    async def test_are_found_by_the_providers_name_and_by_their_charge(self, book, disputed):
        first, second = await disputed.opened("dsp-1"), await disputed.opened("dsp-2")
        async with book.test.open(disputed.tenant) as repos:
            assert await repos.disputes.find(provider="simulated", reference="dsp-1") == first
            assert await repos.disputes.find(provider="other", reference="dsp-1") is None
            assert await repos.disputes.of_charges([disputed.attempt]) == (first, second)
            assert await repos.disputes.of_charges([replace(disputed.attempt, status=AttemptStatus.FAILED)]) == ()

    async def test_end_once(self, book, disputed):
        won = await disputed.closed(await disputed.opened("dsp-1"), DisputeStatus.WON)
        async with book.test.open(disputed.tenant) as repos:
            assert await repos.disputes.find(provider="simulated", reference="dsp-1") == won
            with pytest.raises(NotFoundError):
                await repos.disputes.close(won)

    async def test_bar_the_card_wherever_it_is_saved_and_no_other(self, book, disputed):
        method = disputed.standing.method
        now = book.clock.now()
        key = b"k" * 32
        copy = replace(method, id=book.ids.new(PaymentMethodId), fingerprint_key=key)
        again, other = (
            replace(copy, id=book.ids.new(PaymentMethodId)),
            replace(method, id=book.ids.new(PaymentMethodId)),
        )
        async with book.test.open(disputed.tenant) as repos:
            for one in (copy, again, other):
                await repos.payment_methods.insert(one)
            await repos.payment_methods.bar_card(copy.id, now=now)
            await repos.payment_methods.bar_card(copy.id, now=book.clock.now())
            found = await repos.payment_methods.get_many([method.id, copy.id, again.id, other.id])
        assert {one.id: one.barred_at for one in found} == {
            method.id: None,
            copy.id: now,
            again.id: now,
            other.id: None,
        }


class TestAnAuditOfDisputes:
    @pytest.fixture
    async def told(self, book, disputed):
        """One dispute of each kind."""
        part = replace(disputed.attempt.amount, amount=disputed.attempt.amount.amount // 3)
        await disputed.opened("dsp-1", amount=part)
        await disputed.closed(await disputed.opened("dsp-2", amount=part), DisputeStatus.WON)
        await disputed.closed(await disputed.opened("dsp-3", amount=part), DisputeStatus.LOST)

    async def test_finds_nothing_in_a_book_in_order(self, book, told):
        assert (await Audit(book.admin).run(Mode.TEST)).findings == ()

    @pytest.mark.parametrize(("check", "statement"), DAMAGE)
    async def test_finds_damage(self, book, told, check, statement):
        await book.damage(statement)
        report = await Audit(book.admin).run(Mode.TEST)
        assert check in {finding.check for finding in report.findings}
