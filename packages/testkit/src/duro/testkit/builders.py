from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import final

from whenever import Instant

from duro.billing import Interval, Subscription, SubscriptionStatus, Terms
from duro.crypto import ApiKeySecret
from duro.db.records import ApiKey, Customer, PaymentMethod, Plan, Tenant
from duro.db.states import TenantStatus
from duro.kernel import (
    ApiKeyId,
    Currency,
    CustomerId,
    IdFactory,
    Money,
    PaymentMethodId,
    PlanId,
    SubscriptionId,
    TenantId,
)
from duro.payments import SimulatedCard


@final
@dataclass(frozen=True, slots=True)
class TenantBuilder:
    """A merchant's account as a test wants it."""

    name: str = "Ada's Kitchen"
    zone: str = "Africa/Lagos"
    status: TenantStatus = TenantStatus.ACTIVE

    def build(self, ids: IdFactory, now: Instant) -> Tenant:
        return Tenant(id=ids.new(TenantId), name=self.name, zone=self.zone, status=self.status, created_at=now)


@final
@dataclass(frozen=True, slots=True)
class ApiKeyBuilder:
    """A credential of a merchant in one mode; the secret is kept so that the test can use it."""

    secret: ApiKeySecret
    is_revoked: bool = False

    def build(self, ids: IdFactory, now: Instant) -> ApiKey:
        return ApiKey(
            id=ids.new(ApiKeyId),
            mode=self.secret.mode,
            secret_digest=self.secret.digest,
            hint=self.secret.hint,
            created_at=now,
            revoked_at=now if self.is_revoked else None,
        )


@final
@dataclass(frozen=True, slots=True)
class PlanBuilder:
    """A plan as a test wants it: NGN 5,000.00 a month unless it says otherwise."""

    name: str = "Weekly lunches"
    amount: Money = field(default_factory=lambda: Money(500_000, Currency("NGN")))
    interval: Interval = Interval.MONTH
    interval_count: int = 1
    trial_days: int = 0
    max_cycles: int | None = None
    is_archived: bool = False

    def build(self, ids: IdFactory, now: Instant) -> Plan:
        return Plan(
            id=ids.new(PlanId),
            name=self.name,
            amount=self.amount,
            interval=self.interval,
            interval_count=self.interval_count,
            trial_days=self.trial_days,
            max_cycles=self.max_cycles,
            archived_at=now if self.is_archived else None,
            created_at=now,
            updated_at=now,
        )


@final
@dataclass(frozen=True, slots=True)
class CustomerBuilder:
    """A customer as a test wants them."""

    ref: str | None = None
    email: str = "ngozi@example.com"
    name: str | None = "Ngozi Okafor"
    phone: str | None = None
    has_whatsapp_consent: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def build(self, ids: IdFactory, now: Instant) -> Customer:
        return Customer(
            id=ids.new(CustomerId),
            ref=self.ref,
            email=self.email,
            name=self.name,
            phone=self.phone,
            has_whatsapp_consent=self.has_whatsapp_consent,
            metadata=self.metadata,
            created_at=now,
            updated_at=now,
        )


@final
@dataclass(frozen=True, slots=True)
class PaymentMethodBuilder:
    """A saved card that behaves, at the simulated provider, as its number says."""

    card: SimulatedCard = SimulatedCard.APPROVE
    provider: str = "simulated"
    exp_month: int = 12
    exp_year: int = 2030
    is_detached: bool = False
    fingerprint_key: bytes | None = None

    def build(self, customer: Customer, ids: IdFactory, now: Instant) -> PaymentMethod:
        return PaymentMethod(
            id=ids.new(PaymentMethodId),
            customer_id=customer.id,
            provider=self.provider,
            token=self.card.token,
            brand=self.card.brand,
            last4=self.card.last4,
            exp_month=self.exp_month,
            exp_year=self.exp_year,
            detached_at=now if self.is_detached else None,
            created_at=now,
            fingerprint_key=self.fingerprint_key,
        )


@final
@dataclass(frozen=True, slots=True)
class SubscriptionBuilder:
    """A subscription as a test wants it: active, and due now, unless it says otherwise."""

    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    current_period_start: Instant | None = None
    current_period_end: Instant | None = None
    anchor: Instant | None = None
    zone: str = "Africa/Lagos"
    quantity: int = 1
    cycles_completed: int = 0
    cancel_at_period_end: bool = False
    balance: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def build(
        self, plan: Plan, customer: Customer, method: PaymentMethod | None, *, ids: IdFactory, now: Instant
    ) -> Subscription:
        """Make it begin one period before its end; without an anchor its grid passes through that end."""
        end = self.current_period_end or now
        terms = Terms(plan.id, plan.amount, plan.cadence, plan.max_cycles)
        change = Subscription.start(
            id=ids.new(SubscriptionId),
            customer_id=customer.id,
            terms=terms,
            zone=self.zone,
            quantity=self.quantity,
            payment_method_id=None if method is None else method.id,
            metadata=self.metadata,
            trial_days=0,
            current_period_end=None,
            now=self.anchor or end,
        )
        return replace(
            change.subscription,
            status=self.status,
            current_period_start=self.current_period_start or change.subscription.cycle.previous_boundary_before(end),
            current_period_end=end,
            trial_ends_at=end if self.status is SubscriptionStatus.TRIALING else None,
            cycles_completed=self.cycles_completed,
            cancel_at_period_end=self.cancel_at_period_end,
            balance=Money(self.balance, plan.amount.currency),
            event_sequence=0,
            created_at=now,
        )
