from collections.abc import Mapping
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import Interval, Subscription, SubscriptionChange, Terms
from duro.cli.demo.cast import DemoCast, DemoPlan, DemoRole, DemoTurn
from duro.crypto import ApiKeySecret
from duro.db.contexts import RepositoryContexts
from duro.db.records import ApiKey, Customer, PaymentMethod, Plan, Tenant, TenantStatus
from duro.db.repositories import Repositories
from duro.db.seeding import SubscriptionSeeder
from duro.kernel import (
    ApiKeyId,
    Clock,
    Currency,
    CustomerId,
    IdFactory,
    Mode,
    Money,
    PaymentMethodId,
    PlanId,
    SubscriptionId,
    TenantId,
)

_NAME: Final = "Demo merchant"
_ZONE: Final = "Africa/Lagos"
_TRIAL_DAYS: Final = 1


@final
class DemoMerchant:
    """Opens the demo merchant's account and seats its customers, in test mode."""

    def __init__(
        self, *, seeder: SubscriptionSeeder, contexts: RepositoryContexts, clock: Clock, ids: IdFactory
    ) -> None:
        self._seeder = seeder
        self._contexts = contexts
        self._clock = clock
        self._ids = ids

    async def open(self, secret: ApiKeySecret) -> TenantId:
        """Write everything in one go, its first renewals due within seconds; the secret becomes its key."""
        now = self._clock.now()
        tenant = Tenant(id=self._ids.new(TenantId), name=_NAME, zone=_ZONE, status=TenantStatus.ACTIVE, created_at=now)
        await self._seeder.add_tenant(tenant, self._key(secret, now))
        async with self._contexts.open(tenant.id) as repositories:
            plans = {plan: self._plan(plan, now) for plan in DemoPlan}
            for plan in plans.values():
                await repositories.plans.insert(plan)
            for role in DemoCast.all():
                await self._seat(role, plans, now, repositories)
        return tenant.id

    async def _seat(
        self, role: DemoRole, plans: Mapping[DemoPlan, Plan], now: Instant, repositories: Repositories
    ) -> None:
        customer = self._customer(role, now)
        method = self._method(role, customer.id, now)
        change = self._subscription(role, plans[role.plan], method, now)
        await repositories.customers.insert(customer)
        await repositories.payment_methods.insert(method)
        await repositories.subscriptions.insert(change.subscription)
        await repositories.events.append(change.subscription, change.events, {"source": "demo"})

    def _subscription(self, role: DemoRole, plan: Plan, method: PaymentMethod, now: Instant) -> SubscriptionChange:
        due_at = now + TimeDelta(seconds=role.due_seconds)
        is_trial = role.turn is DemoTurn.TRIAL_ENDS
        started_at = due_at - TimeDelta(hours=24 * _TRIAL_DAYS) if is_trial else now
        change = Subscription.start(
            id=self._ids.new(SubscriptionId),
            customer_id=method.customer_id,
            terms=Terms(plan_id=plan.id, amount=plan.amount, cadence=plan.cadence, max_cycles=plan.max_cycles),
            zone=_ZONE,
            quantity=1,
            payment_method_id=method.id,
            metadata={},
            trial_days=_TRIAL_DAYS if is_trial else 0,
            current_period_end=None if is_trial else due_at,
            now=started_at,
        )
        if role.turn is DemoTurn.IS_LEAVING:
            return change.followed_by(change.subscription.cancel_at_end(now))
        return change

    def _key(self, secret: ApiKeySecret, now: Instant) -> ApiKey:
        return ApiKey(
            id=self._ids.new(ApiKeyId),
            mode=Mode.TEST,
            secret_digest=secret.digest,
            hint=secret.hint,
            created_at=now,
        )

    def _plan(self, plan: DemoPlan, now: Instant) -> Plan:
        return Plan(
            id=self._ids.new(PlanId),
            name=plan.title,
            amount=Money(plan.minor_units, Currency("NGN")),
            interval=Interval.HOUR,
            interval_count=1,
            trial_days=0,
            max_cycles=plan.max_cycles,
            archived_at=None,
            created_at=now,
            updated_at=now,
        )

    def _customer(self, role: DemoRole, now: Instant) -> Customer:
        return Customer(
            id=self._ids.new(CustomerId),
            ref=None,
            email=role.email,
            name=role.name,
            phone=role.phone,
            has_whatsapp_consent=role.has_whatsapp_consent,
            metadata={},
            created_at=now,
            updated_at=now,
        )

    def _method(self, role: DemoRole, customer_id: CustomerId, now: Instant) -> PaymentMethod:
        return PaymentMethod(
            id=self._ids.new(PaymentMethodId),
            customer_id=customer_id,
            provider="simulated",
            token=role.card.token,
            brand=role.card.brand,
            last4=role.card.last4,
            exp_month=12,
            exp_year=now.to_fixed_offset().date().year + 3,
            detached_at=None,
            created_at=now,
        )
