"""A payer who pushes all but so little that no provider charges it is done; the next invoice asks for the little."""

import pytest
from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db import PageRequest
from duro.db.records import DunningState, InvoiceStatus
from duro.kernel import Currency, Money
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.subscriptions import CancelSubscription, CancelSubscriptionCommand
from duro.payments import Declined
from duro.testkit.builders import PlanBuilder

PRICE = 500_000
MINIMUM = 5_000
STOLEN = Declined("43", "Stolen card", None)
SOON = TimeDelta(minutes=11)


def naira(amount: int) -> Money:
    return Money(amount, Currency("NGN"))


class Till:
    """What one payer was asked for and brought, over all their invoices."""

    def __init__(self, recovery, subscription) -> None:
        self._recovery = recovery
        self.subscription = subscription

    async def push(self, amount: int) -> None:
        [request] = await self._recovery.asked(self.subscription)
        await self._recovery.pay(request, amount)
        await self._recovery.look_after(SOON)

    async def invoices(self):
        async with self._recovery.contexts.open(self._recovery.merchant.tenant.id) as repos:
            page = await repos.invoices.list(PageRequest(limit=10), subscription_id=self.subscription.id)
        return page.items[::-1]

    async def waiting(self) -> list[Money]:
        async with self._recovery.contexts.open(self._recovery.merchant.tenant.id) as repos:
            return [one.line.amount for one in await repos.pending_lines.waiting([self.subscription.id])]

    async def renew(self) -> RenewalOutcome:
        """Bring another card and let the next period come."""
        recovery = self._recovery
        await recovery.new_card(self.subscription)
        recovery.clock.set((await recovery.subscription(self.subscription)).current_period_end)
        return await recovery.billing.renew(recovery.merchant.tenant.id, self.subscription.id)


@pytest.fixture
def till(recovery, sub):
    return Till(recovery, sub)


@pytest.mark.usefixtures("books_in_order")
class TestARemainderThatNobodyCharges:
    async def test_leaves_the_invoice_paid_and_the_case_won_by_what_came(self, recovery, sub, till):
        await till.push(PRICE - 2_000)

        case, invoice = await recovery.case(sub), await recovery.invoice(sub)
        assert (case.state, case.recovered_rail) == (DunningState.RECOVERED, "ussd")
        assert (invoice.status, invoice.total, invoice.amount_paid) == (
            InvoiceStatus.PAID,
            naira(PRICE - 2_000),
            naira(PRICE - 2_000),
        )
        assert (invoice.lines[-1].description, invoice.lines[-1].amount) == (
            "Carried to the next invoice",
            naira(-2_000),
        )
        assert (await recovery.subscription(sub)).status is SubscriptionStatus.ACTIVE
        assert await till.waiting() == [naira(2_000)]
        assert (await recovery.told(sub))[-2:] == ["receipt", "payment_recovered"]

    async def test_is_asked_for_by_the_next_invoice(self, recovery, till):
        await till.push(PRICE - 2_000)

        assert await till.renew() is RenewalOutcome.CHARGED

        first, second = await till.invoices()
        assert second.total == naira(PRICE + 2_000)
        assert [line.description for line in second.lines][-1] == "Carried from the last invoice"
        assert first.amount_paid + second.amount_paid == naira(2 * PRICE)
        assert await till.waiting() == []

    async def test_is_also_what_is_left_after_several_parts(self, recovery, sub, till):
        await till.push(200_000)
        assert (await recovery.invoice(sub)).status is InvoiceStatus.OPEN
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE - 200_000 - 1)
        await recovery.look_after(TimeDelta(hours=2))
        assert (await recovery.invoice(sub)).status is InvoiceStatus.PAID
        assert await till.waiting() == [naira(1)]

    @pytest.mark.parametrize("rest", [MINIMUM, 200_000])
    async def test_is_none_if_it_can_be_charged(self, recovery, sub, till, rest):
        await till.push(PRICE - rest)

        invoice = await recovery.invoice(sub)
        assert (invoice.status, invoice.amount_remaining) == (InvoiceStatus.OPEN, naira(rest))
        assert (await recovery.case(sub)).is_open
        assert await till.waiting() == []

    async def test_is_forgiven_if_there_is_no_next_invoice(self, recovery):
        plan = await recovery.merchant.plan(PlanBuilder(max_cycles=1))
        sub = await recovery.declined(STOLEN, plan=plan, phone="+2348030001122")
        await recovery.work(sub)
        till = Till(recovery, sub)

        await till.push(PRICE - 2_000)

        after = await recovery.subscription(sub)
        assert (after.status, after.balance) == (SubscriptionStatus.EXPIRED, naira(0))
        assert [invoice.status for invoice in await till.invoices()] == [InvoiceStatus.PAID]
        assert await till.waiting() == []

    async def test_is_forgiven_if_its_payer_leaves(self, recovery, sub, till):
        await till.push(PRICE - 2_000)
        act = CancelSubscription(recovery.contexts, recovery.ids, recovery.clock)
        await act.execute(recovery.merchant.tenant.id, CancelSubscriptionCommand(subscription_id=sub.id))

        assert await till.waiting() == []
        assert (await recovery.invoice(sub)).status is InvoiceStatus.PAID

    async def test_is_carried_once_and_what_comes_later_is_credit(self, recovery, sub, till):
        await till.push(PRICE - 2_000)
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 2_000)
        await recovery.look_after(TimeDelta(hours=2))

        assert (await recovery.subscription(sub)).balance == naira(2_000)
        assert await till.renew() is RenewalOutcome.CHARGED
        first, second = await till.invoices()
        assert (second.total, second.credit_applied) == (naira(PRICE), naira(2_000))
        assert first.amount_paid + second.amount_paid + second.credit_applied == naira(2 * PRICE)
