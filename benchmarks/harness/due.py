"""Subscriptions that are due, over many tenants, in an embedded database."""

from dataclasses import dataclass
from typing import final

from whenever import Instant, TimeDelta

from duro.billing import Interval
from duro.crypto import ApiKeySecret, SystemClock, Uuid7IdFactory
from duro.db import DatabasePool
from duro.db.records import ApiKey, Plan, Tenant, TenantStatus
from duro.db.seeding import SeedCard, SeedOrder, SubscriptionSeeder
from duro.kernel import ApiKeyId, Currency, Mode, Money, Period, PlanId, TenantId
from duro.payments import SimulatedCard


@final
@dataclass(frozen=True, slots=True)
class SeededTenant:
    """A merchant made for a benchmark, with the key that speaks for it."""

    tenant: Tenant
    plan: Plan
    secret: ApiKeySecret


@final
class DueSubscriptions:
    """Makes tenants with monthly subscriptions: some due now, others in the middle of their period."""

    def __init__(self, pool: DatabasePool) -> None:
        clock = SystemClock()
        self._clock = clock
        self._ids = Uuid7IdFactory(clock)
        self._seeder = SubscriptionSeeder(pool, Mode.TEST, clock=clock, ids=self._ids)

    async def seed(self, *, tenants: int, due: int, resting: int = 0) -> list[SeededTenant]:
        """Spread the numbers evenly over the tenants; what rests has 15 days to go."""
        seeded = [await self._tenant(number) for number in range(tenants)]
        for index, one in enumerate(seeded):
            now = self._clock.now()
            first = due // tenants + (index < due % tenants)
            await self._add(one, now.subtract(hours=1), first)
            await self._add(one, now.add(hours=15 * 24), resting // tenants + (index < resting % tenants), after=first)
        return seeded

    async def _tenant(self, number: int) -> SeededTenant:
        now = self._clock.now()
        tenant = Tenant(self._ids.new(TenantId), f"Merchant {number}", "Africa/Lagos", TenantStatus.ACTIVE, now)
        secret = ApiKeySecret.mint(Mode.TEST)
        await self._seeder.add_tenant(
            tenant, ApiKey(self._ids.new(ApiKeyId), Mode.TEST, secret.digest, secret.hint, now)
        )
        amount = Money(500_000, Currency("NGN"))
        plan = Plan(self._ids.new(PlanId), "Monthly", amount, Interval.MONTH, 1, 0, None, None, now, now)
        await self._seeder.add_plan(tenant, plan)
        return SeededTenant(tenant, plan, secret)

    async def _add(self, one: SeededTenant, period_end: Instant, count: int, *, after: int = 0) -> None:
        if not count:
            return
        card = SimulatedCard.APPROVE
        order = SeedOrder(
            tenant=one.tenant,
            plan=one.plan,
            provider="simulated",
            cards=(SeedCard(card.token, card.brand, card.last4, 12, 2035),),
            periods=(Period(period_end - TimeDelta(hours=30 * 24), period_end),),
            count=count,
            after=after,
        )
        async for _ in self._seeder.add_subscriptions(order):
            pass
