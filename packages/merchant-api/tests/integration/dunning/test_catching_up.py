"""What becomes of the time that went by while a payer owed, once they have paid."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from whenever import Instant, TimeDelta

from duro.billing import Interval, SubscriptionStatus
from duro.db import PageRequest
from duro.db.records import InvoiceStatus
from duro.merchant_api.billing import RenewalOutcome
from duro.payments import Declined
from duro.testkit.builders import PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder

NO_FUNDS = Declined("51", "Insufficient funds", None)
DAY = TimeDelta(hours=24)
CARD = bytes(32)
BEGIN = Instant.from_utc(2026, 4, 15, 9)


@dataclass(frozen=True)
class Late:
    """A subscription whose payer pays long after its renewal was declined."""

    recovery: object
    subscription: object

    @classmethod
    async def by(cls, recovery, clock, time: TimeDelta, **plan: object) -> "Late":
        late = await cls.owing(recovery, clock, **plan)
        clock.set(BEGIN + time)
        await late.pays()
        return late

    @classmethod
    async def owing(cls, recovery, clock, **plan: object) -> "Late":
        clock.set(BEGIN)
        merchant = recovery.merchant
        customer = await merchant.customer()
        method = await merchant.payment_method(customer, PaymentMethodBuilder(fingerprint_key=CARD))
        return await cls._declined(recovery, await merchant.plan(PlanBuilder(**plan)), customer, method)

    async def beside(self, saved: str = "once") -> "Late":
        """Another one of the same payer, on the same card; or that is saved again, maybe by somebody else."""
        async with self.recovery.contexts.open(self.recovery.merchant.tenant.id) as repos:
            plan = await repos.plans.get(self.subscription.terms.plan_id)
            customer = await repos.customers.get(self.subscription.customer_id)
            method = await repos.payment_methods.get(self.subscription.payment_method_id)
        if saved == "by another":
            customer = await self.recovery.merchant.customer()
        if saved != "once":
            method = await self.recovery.merchant.payment_method(customer, PaymentMethodBuilder(fingerprint_key=CARD))
        return await self._declined(self.recovery, plan, customer, method)

    @classmethod
    async def _declined(cls, recovery, *parts) -> "Late":
        """One whose renewal is declined; its case rests."""
        merchant = recovery.merchant
        subscription = await merchant.subscription(*parts, builder=SubscriptionBuilder())
        recovery.gateway.answers[:] = [NO_FUNDS]
        assert await recovery.billing.renew(merchant.tenant.id, subscription.id) is RenewalOutcome.DUNNING
        await recovery.pauses.pause(merchant.tenant.id, (await recovery.case(subscription)).id)
        return cls(recovery, subscription)

    async def pays(self) -> None:
        case = await self.recovery.case(self.subscription)
        await self.recovery.pauses.resume(self.recovery.merchant.tenant.id, case.id)
        assert await self.recovery.retry_now(self.subscription) is RenewalOutcome.CHARGED

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


class TestTwoPlansOnOneCardRecoveredLate:
    async def both(self, recovery, clock, *, hours, saved="once"):
        first = await Late.owing(recovery, clock)
        late = await first.beside(saved)
        clock.set(BEGIN + DAY * 100 - TimeDelta(hours=hours))
        await first.pays()
        clock.set(BEGIN + DAY * 100)
        await late.pays()
        return [first, late]

    @pytest.mark.parametrize(
        ("hours", "saved"), [(0, "once"), (1, "once"), (23, "once"), (1, "again"), (1, "by another")]
    )
    async def test_are_billed_in_turns_a_day_apart(self, recovery, clock, hours, saved):
        pair = await self.both(recovery, clock, hours=hours, saved=saved)

        charged = []
        while any([(await late.now()).renews_from is not None for late in pair]):
            clock.set(min([at for late in pair if (at := (await late.now()).renews_from) is not None]))
            for number, late in enumerate(pair):
                if await late.is_due():
                    assert await late.renewed() is RenewalOutcome.CHARGED
                    charged.append((clock.now(), number))

        assert [number for _, number in charged] == [0, 1] * 3
        assert all(later - earlier >= DAY for (earlier, _), (later, _) in pairwise(charged))
        for late in pair:
            assert len(await late.billed()) == 4
        assert await recovery.audit() == ()

    @pytest.mark.parametrize("saved", ["once", "again"])
    async def test_are_billed_in_turns_where_one_transaction_settles_both(self, recovery, clock, saved):
        pair = await self.both(recovery, clock, hours=0, saved=saved)
        clock.set(clock.now() + 10 * DAY)
        ids = [late.subscription.id for late in pair]

        told = [one async for one in recovery.billing.renew_each(recovery.merchant.tenant.id, ids)]

        assert {renewal.outcome for _, renewal in told} == {RenewalOutcome.CHARGED}
        waits = sorted([(await late.now()).renews_from - clock.now() for late in pair])
        assert waits == [DAY, 2 * DAY]


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
