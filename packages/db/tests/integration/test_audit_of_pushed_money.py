from dataclasses import replace

import pytest

from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.db.audit import Audit, AuditCheck
from duro.db.push_rows import Allocation, IncomingPayment
from duro.db.records import AttemptStatus, JournalCause, PaymentAttempt
from duro.kernel import AllocationId, Currency, IncomingPaymentId, Mode, Money, PaymentAttemptId

HALF = Money(250_000, Currency("NGN"))
DAMAGE = [
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.journals where cause_type = 'incoming_payment'"),
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.incoming_payments"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.incoming_payments set amount = amount + 1"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.incoming_payments set provider = 'other'"),
    (AuditCheck.ACCOUNTS_AGREE, "update test.allocations set amount = amount - 1 where invoice_id is null"),
    (AuditCheck.ACCOUNTS_AGREE, "delete from test.allocations where subscription_id is not null"),
    (AuditCheck.CAUSES_POSTED_ONCE, "delete from test.journals where cause_type = 'part_returned'"),
    (AuditCheck.CREDIT_BALANCES, "update test.subscriptions set balance = balance + 1"),
    (AuditCheck.CREDIT_BALANCES, "delete from test.allocations where subscription_id is not null"),
    (AuditCheck.AMOUNT_PAID, "update test.allocations set amount = amount - 1 where invoice_id is not null"),
    (AuditCheck.PAID_BY_ONE_ATTEMPT, "delete from test.allocations where invoice_id is not null"),
    (AuditCheck.PAID_BY_ONE_ATTEMPT, "update test.payment_attempts set amount = amount + 1"),
    (AuditCheck.ALLOCATED_WITHIN_PAYMENTS, "update test.allocations set amount = amount + 250001"),
    (AuditCheck.ALLOCATED_WITHIN_PAYMENTS, "update test.allocations set currency = 'USD'"),
    (AuditCheck.ALLOCATED_WITHIN_PAYMENTS, "update test.invoices set currency = 'USD'"),
]


class Pushed:
    """A claimed invoice whose card was declined, and the money that its payer pushes."""

    def __init__(self, book, tenant, standing, invoice, attempt) -> None:
        self.book, self.tenant, self.standing = book, tenant, standing
        self.invoice, self.attempt, self.count = invoice, attempt, 0

    async def receive(self, amount, *parts):
        """Write money that came, what it paid, and its journal."""
        self.count += 1
        now = self.book.clock.now()
        came = IncomingPayment(
            id=self.book.ids.new(IncomingPaymentId),
            provider="simulated",
            reference=f"sim_{self.count}",
            rail=Rail.TRANSFER,
            amount=amount,
            received_at=now,
            created_at=now,
        )
        allocations = [
            Allocation(
                id=self.book.ids.new(AllocationId),
                incoming_payment_id=came.id,
                pays=pays,
                amount=part,
                created_at=now,
            )
            for pays, part in parts
        ]
        async with self.book.test.open(self.tenant) as repos:
            await repos.incoming_payments.record(came)
            await repos.incoming_payments.allocate(allocations)
            await repos.ledger.post(self.book.postings.incoming_payment(came, allocations))

    async def pay(self, amount):
        """Let that much have been paid of the invoice, and the subscription move once it is all."""
        async with self.book.test.open(self.tenant) as repos:
            if amount != self.invoice.total:
                await repos.invoices.update(replace(self.invoice, amount_paid=amount))
                return
            await repos.invoices.update(self.book.paid(self.invoice))
            change = self.standing.subscription.renewal_paid(self.invoice.period)
            await repos.subscriptions.update(change.subscription)
            await repos.events.append(change.subscription, change.events, {})

    async def charge(self, amount):
        """Write a charge of the card that took that much."""
        attempt: PaymentAttempt = replace(
            self.attempt,
            id=self.book.ids.new(PaymentAttemptId),
            status=AttemptStatus.SUCCEEDED,
            amount=amount,
            settled_at=self.book.clock.now(),
        )
        async with self.book.test.open(self.tenant) as repos:
            await repos.attempts.insert(attempt)
            await repos.ledger.post(self.book.postings.payment(attempt))

    async def part_goes_back(self):
        """Let what was paid of the invoice be credit instead."""
        async with self.book.test.open(self.tenant) as repos:
            [part] = await repos.incoming_payments.parts(self.invoice.id)
            new, subscription = self.book.ids.new, self.standing.subscription
            off = replace(part, id=new(AllocationId), amount=-part.amount)
            await repos.incoming_payments.allocate([off, replace(part, id=new(AllocationId), pays=subscription.id)])
            await repos.ledger.post(self.book.postings.part_returned(self.invoice, part.amount))
            assert await repos.incoming_payments.parts(self.invoice.id) == ()
        await self.credit(part.amount)

    async def credit(self, amount):
        async with self.book.test.open(self.tenant) as repos:
            subscription = await repos.subscriptions.lock(self.standing.subscription.id)
            await repos.subscriptions.update(subscription.credited(amount))


class TestAnAuditOfPushedMoney:
    @pytest.fixture
    async def pushed(self, book):
        return await self._pushed(book, await book.tenant())

    @staticmethod
    async def _pushed(book, tenant) -> Pushed:
        standing = await book.standing(tenant)
        invoice, attempt = await book.claim(tenant, standing)
        async with book.test.open(tenant) as repos:
            await repos.attempts.update(replace(attempt, status=AttemptStatus.FAILED, settled_at=book.clock.now()))
        return Pushed(book, tenant, standing, invoice, attempt)

    @pytest.fixture
    async def settled(self, book, pushed):
        """Half was pushed, the card paid the rest; then as much came as credit and as much that nobody can explain.

        Of another subscription half was pushed, too, and became credit again.
        """
        await pushed.receive(HALF, (pushed.invoice.id, HALF))
        await pushed.charge(HALF)
        await pushed.pay(pushed.invoice.total)
        await pushed.receive(HALF, (pushed.standing.subscription.id, HALF))
        await pushed.credit(HALF)
        await pushed.receive(HALF)
        other = await self._pushed(book, pushed.tenant)
        other.count = 9
        await other.receive(HALF, (other.invoice.id, HALF))
        await other.part_goes_back()
        return pushed

    async def findings(self, book):
        return (await Audit(book.admin).run(Mode.TEST)).findings

    async def test_finds_nothing_in_money_that_came_exactly(self, book, pushed):
        await pushed.receive(pushed.invoice.total, (pushed.invoice.id, pushed.invoice.total))
        await pushed.pay(pushed.invoice.total)
        assert await self.findings(book) == ()

    async def test_finds_nothing_in_money_that_came_short(self, book, pushed):
        await pushed.receive(HALF, (pushed.invoice.id, HALF))
        await pushed.pay(HALF)
        assert await self.findings(book) == ()

    async def test_finds_nothing_in_money_that_came_over(self, book, pushed):
        total = pushed.invoice.total
        await pushed.receive(total + HALF, (pushed.invoice.id, total), (pushed.standing.subscription.id, HALF))
        await pushed.pay(total)
        await pushed.credit(HALF)
        assert await self.findings(book) == ()

    async def test_finds_nothing_in_a_rest_that_the_card_paid_and_in_money_that_waits(self, book, settled):
        assert await self.findings(book) == ()

    async def test_agrees_with_what_the_payer_reads_of_their_credit(self, book, settled):
        async with book.test.open(settled.tenant) as repos:
            entries = (await repos.credit.entries(settled.standing.subscription.id, PageRequest())).items
        assert [(entry.cause, entry.amount) for entry in entries] == [(JournalCause.INCOMING_PAYMENT, HALF)]

    @pytest.mark.parametrize(("check", "statement"), DAMAGE)
    async def test_finds_damage(self, book, settled, check, statement):
        await book.damage(statement)
        assert check in {finding.check for finding in await self.findings(book)}
