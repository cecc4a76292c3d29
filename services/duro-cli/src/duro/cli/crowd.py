from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import BillingCycle, Cadence, Interval
from duro.crypto import ApiKeySecret
from duro.db.records import ApiKey, Plan, Tenant, TenantStatus
from duro.db.seeding import SeedCard, SeedOrder, SubscriptionSeeder
from duro.kernel import ApiKeyId, Clock, Currency, IdFactory, Mode, Money, Period, PlanId, TenantId
from duro.payments.simulated import SimulatedCard

_ZONE: Final = "Africa/Lagos"
_CARDS: Final = (SimulatedCard.APPROVE, SimulatedCard.APPROVE_MASTERCARD, SimulatedCard.APPROVE_VERVE)
_SLOTS: Final = 3_600


@final
@dataclass(frozen=True, slots=True)
class CrowdOrder:
    """How many made-up subscriptions are wanted, over how many merchants, and when they fall due."""

    subscriptions: int
    tenants: int
    is_due_now: bool
    mode: Mode
    interval: Interval

    def shares(self) -> tuple[int, ...]:
        """Return how many each merchant gets, as even as can be."""
        whole, left = divmod(self.subscriptions, self.tenants)
        return tuple(whole + (1 if number < left else 0) for number in range(self.tenants))

    def periods(self, now: Instant) -> tuple[Period, ...]:
        """Return the current periods that are dealt out: ending now, or evenly over the coming period."""
        cadence = Cadence(self.interval, 1)
        if self.is_due_now:
            return (self._ending_at(now, cadence),)
        length = BillingCycle(now, _ZONE, cadence).next_boundary_after(now) - now
        slots = min(self.subscriptions, _SLOTS)
        step = TimeDelta(microseconds=int(length.total("microseconds")) // slots)
        return tuple(self._ending_at(now + step * number, cadence) for number in range(1, slots + 1))

    @staticmethod
    def _ending_at(end: Instant, cadence: Cadence) -> Period:
        return Period(BillingCycle(end, _ZONE, cadence).previous_boundary_before(end), end)


@final
class Crowd:
    """Makes up merchants with one plan and many customers each."""

    def __init__(self, *, seeder: SubscriptionSeeder, clock: Clock, ids: IdFactory) -> None:
        self._seeder = seeder
        self._clock = clock
        self._ids = ids
        self.first_key: str | None = None

    async def gather(self, order: CrowdOrder) -> AsyncIterator[int]:
        """Write them, yielding how many subscriptions were added since the last time."""
        now = self._clock.now()
        periods = order.periods(now)
        cards = tuple(self._card(card, now) for card in _CARDS)
        for number, share in enumerate(order.shares(), start=1):
            tenant = await self._open(f"Seeded merchant {number}", order.mode, now)
            plan = self._plan(order.interval, now)
            await self._seeder.add_plan(tenant, plan)
            wanted = SeedOrder(
                tenant=tenant, plan=plan, provider="simulated", cards=cards, periods=periods, count=share
            )
            async for added in self._seeder.add_subscriptions(wanted):
                yield added

    async def _open(self, name: str, mode: Mode, now: Instant) -> Tenant:
        tenant = Tenant(id=self._ids.new(TenantId), name=name, zone=_ZONE, status=TenantStatus.ACTIVE, created_at=now)
        secret = ApiKeySecret.mint(mode)
        self.first_key = self.first_key or secret.text
        key = ApiKey(
            id=self._ids.new(ApiKeyId),
            mode=mode,
            secret_digest=secret.digest,
            hint=secret.hint,
            created_at=now,
        )
        await self._seeder.add_tenant(tenant, key)
        return tenant

    def _plan(self, interval: Interval, now: Instant) -> Plan:
        return Plan(
            id=self._ids.new(PlanId),
            name="Seeded plan",
            amount=Money(500_000, Currency("NGN")),
            interval=interval,
            interval_count=1,
            trial_days=0,
            max_cycles=None,
            archived_at=None,
            created_at=now,
            updated_at=now,
        )

    @staticmethod
    def _card(card: SimulatedCard, now: Instant) -> SeedCard:
        return SeedCard(
            token=card.token,
            brand=card.brand,
            last4=card.last4,
            exp_month=12,
            exp_year=now.to_fixed_offset().date().year + 3,
        )
