from collections.abc import Mapping
from typing import final

from duro.billing import Subscription
from duro.crypto import ApiKeySecret
from duro.db.contexts import RepositoryContexts
from duro.db.records import Customer, PaymentMethod, Plan, Tenant
from duro.kernel import Clock, IdFactory, Mode
from duro.testkit.builders import CustomerBuilder, PaymentMethodBuilder, PlanBuilder, SubscriptionBuilder


@final
class StagedMerchant:
    """A merchant that stands in the database, and everything a test sets out for it in one mode."""

    def __init__(
        self,
        tenant: Tenant,
        *,
        secrets: Mapping[Mode, ApiKeySecret],
        contexts: Mapping[Mode, RepositoryContexts],
        clock: Clock,
        ids: IdFactory,
        mode: Mode = Mode.TEST,
    ) -> None:
        self.tenant = tenant
        self.secrets = secrets
        self.mode = mode
        self._contexts = contexts
        self._clock = clock
        self._ids = ids

    @property
    def secret(self) -> ApiKeySecret:
        """The merchant's key for this mode."""
        return self.secrets[self.mode]

    @property
    def contexts(self) -> RepositoryContexts:
        """An administrator's transactions of this mode, past the walls between tenants, to look at what happened."""
        return self._contexts[self.mode]

    def in_mode(self, mode: Mode) -> "StagedMerchant":
        """Give the same merchant as it stands in the other mode."""
        return StagedMerchant(
            self.tenant, secrets=self.secrets, contexts=self._contexts, clock=self._clock, ids=self._ids, mode=mode
        )

    async def plan(self, builder: PlanBuilder | None = None) -> Plan:
        plan = (builder or PlanBuilder()).build(self._ids, self._clock.now())
        async with self.contexts.open(self.tenant.id) as repos:
            await repos.plans.insert(plan)
        return plan

    async def customer(self, builder: CustomerBuilder | None = None) -> Customer:
        customer = (builder or CustomerBuilder()).build(self._ids, self._clock.now())
        async with self.contexts.open(self.tenant.id) as repos:
            await repos.customers.insert(customer)
        return customer

    async def payment_method(self, customer: Customer, builder: PaymentMethodBuilder | None = None) -> PaymentMethod:
        method = (builder or PaymentMethodBuilder()).build(customer, self._ids, self._clock.now())
        async with self.contexts.open(self.tenant.id) as repos:
            await repos.payment_methods.insert(method)
        return method

    async def subscription(
        self,
        plan: Plan | None = None,
        customer: Customer | None = None,
        method: PaymentMethod | None = None,
        *,
        builder: SubscriptionBuilder | None = None,
    ) -> Subscription:
        """Insert a subscription; a plan, a customer and a card that approves are set out first where none is given."""
        plan = plan or await self.plan()
        customer = customer or await self.customer()
        method = method or await self.payment_method(customer)
        builder = builder or SubscriptionBuilder(zone=self.tenant.zone)
        subscription = builder.build(plan, customer, method, ids=self._ids, now=self._clock.now())
        async with self.contexts.open(self.tenant.id) as repos:
            await repos.subscriptions.insert(subscription)
        return subscription
