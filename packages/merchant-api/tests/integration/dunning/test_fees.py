"""What providers kept of money that was won back: of every piece of it, once, and of nothing else."""

import pytest
from whenever import TimeDelta

from duro.billing.recovery import Rail
from duro.db import PageRequest
from duro.kernel import Currency, Money
from duro.merchant_api.analytics import ReadAnalytics, Stretch
from duro.merchant_api.billing import RenewalOutcome
from duro.merchant_api.dunning import ListCases
from duro.merchant_api.pushed import ArrivedMoney, Received
from duro.payments import Approved, Declined, Unknown

PRICE = 500_000
SOON = TimeDelta(minutes=30)
LEASE = TimeDelta(seconds=61)


def naira(amount):
    return Money(amount, Currency("NGN"))


async def told(recovery, clock):
    """The one entry of the ledger of recovered money, and the money at risk of the overview, which agree."""
    tenant, hour = recovery.merchant.tenant.id, TimeDelta(hours=1)
    [entry] = (await ListCases(recovery.contexts).recovered(tenant, PageRequest())).items
    stretch = Stretch(clock.now() - 24 * hour, clock.now() + hour)
    [overview] = await ReadAnalytics(recovery.contexts, clock).overview(tenant, stretch)
    assert overview.at_risk.fees_unknown == (entry.fee is None)
    assert overview.at_risk.recovered_net == overview.at_risk.recovered - overview.at_risk.fees
    return entry, overview.at_risk


class Unanswered:
    """A charge of which nobody knows yet, and what becomes of it."""

    async def settled(self, recovery, subscription, answer):
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        recovery.gateway.lookups[attempt.reference] = answer(attempt)
        recovery.clock.advance(LEASE)
        await recovery.pending.resolve(recovery.merchant.tenant.id, attempt.id)
        async with recovery.contexts.open(recovery.merchant.tenant.id) as repos:
            return await repos.attempts.get(attempt.id)


@pytest.mark.usefixtures("books_in_order")
class TestFeesOfRecoveredMoney(Unanswered):
    async def test_are_those_of_every_part_that_was_pushed(self, recovery, sub, clock):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 200_000)
        await recovery.look_after(SOON)
        await recovery.pay(request, 300_000)
        await recovery.look_after(SOON)
        entry, at_risk = await told(recovery, clock)
        assert (entry.fee, entry.net) == (naira(3_000 + 14_500), naira(482_500))
        assert (at_risk.fees, at_risk.recovered_net, at_risk.recovered) == (entry.fee, entry.net, naira(PRICE))
        assert (at_risk.net_recovery_basis_points, at_risk.recovery_basis_points) == (9_650, 10_000)

    async def test_are_those_of_a_part_and_of_the_charge_for_the_rest(self, recovery, sub, clock):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 200_000)
        await recovery.look_after(SOON)
        recovery.gateway.kept = lambda amount: Money(amount.amount // 100, amount.currency)
        await recovery.new_card(sub)
        assert await recovery.work(sub) is RenewalOutcome.CHARGED
        entry, at_risk = await told(recovery, clock)
        assert (entry.fee, at_risk.fees) == (naira(3_000 + 3_000), naira(6_000))

    async def test_are_unknown_where_one_provider_does_not_say(self, recovery, sub, clock):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 200_000)
        await recovery.look_after(SOON)
        await recovery.new_card(sub)
        assert await recovery.work(sub) is RenewalOutcome.CHARGED
        entry, at_risk = await told(recovery, clock)
        assert (entry.fee, entry.net) == (None, None)
        assert (at_risk.fees_unknown, at_risk.fees) == (1, naira(3_000))

    async def test_are_not_those_of_a_charge_that_found_nothing_to_pay(self, recovery, sub, clock):
        await recovery.new_card(sub)
        recovery.gateway.answers[:] = [Unknown("No answer.")]
        assert await recovery.work(sub) is RenewalOutcome.PENDING
        [request] = await recovery.asked(sub)
        await recovery.pay(request, PRICE)
        await recovery.look_after(SOON)
        attempt = await self.settled(recovery, sub, lambda one: Approved(one.reference, one.amount, naira(9_999)))
        assert (attempt.credited, attempt.fee) == (naira(PRICE), naira(9_999))
        entry, at_risk = await told(recovery, clock)
        assert (entry.fee, at_risk.fees) == (naira(17_500), naira(17_500))

    async def test_are_not_those_of_what_came_before_the_charge_failed(self, recovery, clock):
        subscription = await recovery.merchant.subscription()
        recovery.gateway.answers[:] = [Unknown("No answer.")]
        tenant = recovery.merchant.tenant.id
        assert await recovery.billing.renew(tenant, subscription.id) is RenewalOutcome.PENDING
        async with recovery.contexts.open(tenant) as repos:
            [attempt] = await repos.attempts.unexplained_of_subscription(subscription.id)
        early = ArrivedMoney(
            provider="simulated",
            reference="early",
            amount=naira(100_000),
            rail=Rail.TRANSFER,
            at=clock.now(),
            attempt_id=attempt.id,
            fee=naira(1_500),
        )
        assert await recovery.receive.execute(tenant, early) is Received.PARTLY_PAID
        await self.settled(recovery, subscription, lambda _: Declined("51", "No funds", None))
        recovery.gateway.kept = lambda _: naira(7)
        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED
        entry, at_risk = await told(recovery, clock)
        assert (at_risk.amount, entry.fee, at_risk.fees) == (naira(400_000), naira(7), naira(7))

    @pytest.mark.parametrize("fee", [naira(-1), naira(PRICE + 1), Money(5, Currency("USD"))])
    async def test_are_unknown_where_pushed_money_names_what_cannot_be(self, recovery, sub, clock, fee):
        [request] = await recovery.asked(sub)
        money = ArrivedMoney(
            provider="simulated",
            reference="odd",
            amount=naira(PRICE),
            rail=Rail.USSD,
            at=clock.now(),
            request_id=request.id,
            fee=fee,
        )
        assert await recovery.receive.execute(recovery.merchant.tenant.id, money) is Received.PAID
        entry, at_risk = await told(recovery, clock)
        assert (entry.fee, at_risk.fees, at_risk.fees_unknown) == (None, naira(0), 1)

    async def test_are_counted_of_a_part_while_the_rest_is_still_open(self, recovery, sub, clock):
        [request] = await recovery.asked(sub)
        await recovery.pay(request, 200_000)
        await recovery.look_after(SOON)
        stretch = Stretch(clock.now() - TimeDelta(hours=24), clock.now() + SOON)
        [overview] = await ReadAnalytics(recovery.contexts, clock).overview(recovery.merchant.tenant.id, stretch)
        at_risk = overview.at_risk
        assert (at_risk.fees, at_risk.recovered, at_risk.open) == (naira(3_000), naira(200_000), naira(PRICE - 200_000))
        assert (at_risk.recovered_cases, at_risk.open_cases) == (0, 1)
