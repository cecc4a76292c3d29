from dataclasses import dataclass
from typing import ClassVar, final

from whenever import Instant, TimeDelta

from duro.billing import BillingCycle, Cadence, Interval
from duro.crypto import ApiKeySecret, SystemClock, Uuid7IdFactory
from duro.db.pool import DatabasePool
from duro.db.records import Tenant
from duro.db.seeding import SeedCard, SeedOrder, SubscriptionSeeder
from duro.kernel import Currency, Mode, Money, Period
from duro.payments import SimulatedCard
from duro.testkit import ApiKeyBuilder, DeclinedRenewals, PlanBuilder, TenantBuilder
from storm.form import Form


@final
@dataclass(frozen=True, slots=True)
class Population:
    """Who is due: merchants of both modes with plans of many sorts, and three cards in a hundred without funds."""

    form: Form
    due_at: Instant

    ZONE: ClassVar[str] = "Africa/Lagos"
    CURRENCIES: ClassVar[tuple[str, ...]] = ("NGN", "NGN", "GHS", "KES", "USD")
    INTERVALS: ClassVar[tuple[Interval, ...]] = (Interval.MONTH, Interval.WEEK, Interval.QUARTER, Interval.YEAR)
    CARDS: ClassVar[tuple[SimulatedCard, ...]] = (
        *(SimulatedCard.APPROVE, SimulatedCard.APPROVE_MASTERCARD, SimulatedCard.APPROVE_VERVE) * 5,
        SimulatedCard.INSUFFICIENT_FUNDS,
        *(SimulatedCard.APPROVE, SimulatedCard.APPROVE_MASTERCARD, SimulatedCard.APPROVE_VERVE) * 6,
    )

    @classmethod
    def due_now(cls, form: Form) -> "Population":
        return cls(form, SystemClock().now() - TimeDelta(seconds=5))

    def period_after(self, cadence: Cadence) -> Period:
        """Give the one period that each subscription must have moved to in the end."""
        return BillingCycle(self.due_at, self.ZONE, cadence).period_starting_at(self.due_at)

    async def settle_in(self, pool: DatabasePool) -> None:
        """Write everybody down: two merchants of five in live mode, the others in test mode."""
        clock = SystemClock()
        ids = Uuid7IdFactory(clock)
        whole, left = divmod(self.form.renewals, self.form.tenants)
        for number in range(self.form.tenants):
            mode = Mode.LIVE if number % 5 in {1, 3} else Mode.TEST
            seeder = SubscriptionSeeder(pool, mode, clock=clock, ids=ids)
            tenant = TenantBuilder(name=f"Merchant {number}", zone=self.ZONE).build(ids, clock.now())
            await seeder.add_tenant(tenant, ApiKeyBuilder(ApiKeySecret.mint(mode)).build(ids, clock.now()))
            count = whole + (1 if number < left else 0)
            async for _ in seeder.add_subscriptions(await self._order(seeder, tenant, number, count)):
                pass
        if self.form.is_recovery:
            for mode in Mode:
                await DeclinedRenewals(pool, mode).make()

    async def _order(self, seeder: SubscriptionSeeder, tenant: Tenant, number: int, count: int) -> SeedOrder:
        clock = SystemClock()
        plan = PlanBuilder(
            amount=Money(150_001 + 997 * number, Currency(self.CURRENCIES[number % len(self.CURRENCIES)])),
            interval=self.INTERVALS[number % len(self.INTERVALS)],
        ).build(Uuid7IdFactory(clock), clock.now())
        await seeder.add_plan(tenant, plan)
        cycle = BillingCycle(self.due_at, self.ZONE, plan.cadence)
        return SeedOrder(
            tenant=tenant,
            plan=plan,
            provider="simulated",
            cards=tuple(SeedCard(card.token, card.brand, card.last4, 12, 2030) for card in self.CARDS),
            periods=(Period(cycle.previous_boundary_before(self.due_at), self.due_at),),
            count=count,
        )
