"""What becomes of the time that went by while a payer owed, once they have paid."""

from dataclasses import dataclass

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, SubscriptionStatus
from duro.db import PageRequest
from duro.db.records import InvoiceStatus
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import Declined, SimulatedCard
from duro.testkit.builders import PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder

NO_FUNDS = Declined("51", "Insufficient funds", None)
DAY = TimeDelta(hours=24)
BEGIN = Instant.from_utc(2026, 4, 15, 9)


@dataclass(frozen=True)
class Late:
    """A subscription whose payer pays long after its renewal was declined."""

    recovery: object
    subscription: object

    @classmethod
    async def by(cls, recovery, clock, time: TimeDelta, **plan: object) -> "Late":
        merchant = recovery.merchant
        clock.set(BEGIN)
        customer = await merchant.customer()
        method = await merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE))
        subscription = await merchant.subscription(
            await merchant.plan(PlanBuilder(**plan)), customer, method, builder=SubscriptionBuilder()
        )
        recovery.gateway.answers[:] = [NO_FUNDS]
        assert await recovery.billing.renew(merchant.tenant.id, subscription.id) is RenewalOutcome.DUNNING
        case = await recovery.case(subscription)
        await recovery.pauses.pause(merchant.tenant.id, case.id)
        clock.set(BEGIN + time)
        await recovery.pauses.resume(merchant.tenant.id, case.id)
        assert await recovery.retry_now(subscription) is RenewalOutcome.CHARGED
        return cls(recovery, subscription)

    async def is_due(self) -> bool:
        """Say whether the scanner would find it now."""
        found = await self.recovery.sweeps.due_subscriptions(self.recovery.contexts.mode, self.recovery.clock.now())
        return (self.recovery.merchant.tenant.id, self.subscription.id) in found

    async def renewed(self) -> RenewalOutcome:
        return await self.recovery.billing.renew(self.recovery.merchant.tenant.id, self.subscription.id)

    async def now(self):
        return await self.recovery.subscription(self.subscription)

    async def billed(self) -> list[str]:
        async with self.recovery.contexts.open(self.recovery.merchant.tenant.id) as repos:
            page = await repos.invoices.list(PageRequest(limit=100), subscription_id=self.subscription.id)
        assert {invoice.status for invoice in page.items} == {InvoiceStatus.PAID}
        starts = sorted(invoice.period_start for invoice in page.items)
        return [start.to_tz("Africa/Lagos").date().format_iso() for start in starts]


class TestAMonthlyPlanRecoveredLate:
    @pytest.mark.parametrize(
        ("days", "periods"),
        [
            (40, ["2026-04-15", "2026-05-15"]),
            (100, ["2026-04-15", "2026-05-15", "2026-06-15", "2026-07-15"]),
        ],
    )
    async def test_is_billed_for_what_went_by_one_a_day_oldest_first(self, recovery, clock, days, periods):
        late = await Late.by(recovery, clock, DAY * days)
        assert await late.billed() == periods[:1]
        for number in range(1, len(periods)):
            assert not await late.is_due()
            assert await late.renewed() is RenewalOutcome.SKIPPED
            clock.set(clock.now() + DAY - TimeDelta(microseconds=1))
            assert not await late.is_due()
            clock.set(clock.now() + TimeDelta(microseconds=1))
            assert await late.is_due()
            assert await late.renewed() is RenewalOutcome.CHARGED
            assert await late.billed() == periods[: number + 1]
        after = await late.now()
        assert (after.status, after.renews_from, after.cycles_completed) == (
            SubscriptionStatus.ACTIVE,
            None,
            len(periods),
        )
        assert not await late.is_due()
        assert await recovery.audit() == ()

    async def test_renews_on_its_own_days_afterwards(self, recovery, clock):
        late = await Late.by(recovery, clock, DAY * 40)
        clock.set(clock.now() + DAY)
        await late.renewed()
        clock.set(Instant.from_utc(2026, 6, 15, 9))
        assert await late.is_due()
        assert await late.renewed() is RenewalOutcome.CHARGED

    async def test_opens_another_case_where_what_went_by_is_declined(self, recovery, clock):
        late = await Late.by(recovery, clock, DAY * 40)
        clock.set(clock.now() + DAY)
        recovery.gateway.answers[:] = [NO_FUNDS]
        assert await late.renewed() is RenewalOutcome.DUNNING
        assert (await late.now()).status is SubscriptionStatus.PAST_DUE


class TestAnHourlyPlanRecoveredLate:
    async def test_goes_on_with_the_hour_that_contains_now(self, recovery, clock):
        late = await Late.by(recovery, clock, DAY * 40 + TimeDelta(minutes=20), interval=Interval.HOUR)
        assert (await recovery.events(late.subscription))[-4:] == [
            "subscription_recovered",
            "subscription_payment_success",
            "subscription_payment_recovered",
            "subscription_updated",
        ]
        assert (await late.now()).current_period_end == BEGIN + DAY * 40
        assert await self.skipped(late) == 24 * 40 - 1

        assert await late.is_due()
        assert await late.renewed() is RenewalOutcome.CHARGED
        after = await late.now()
        assert (after.current_period_start, after.renews_from) == (BEGIN + DAY * 40, None)
        assert not await late.is_due()
        assert len(await late.billed()) == 2
        assert await recovery.audit() == ()

    async def skipped(self, late: Late) -> int:
        async with late.recovery.contexts.open(late.recovery.merchant.tenant.id) as repos:
            page = await repos.events.list(PageRequest(limit=1), subscription_id=late.subscription.id)
        return page.items[0].data["skippedPeriods"]
