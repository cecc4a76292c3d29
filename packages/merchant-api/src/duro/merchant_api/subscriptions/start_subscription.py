from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from whenever import Instant

from duro.billing import Promotion, Subscription, SubscriptionStatus, Terms
from duro.db.contexts import RepositoryContexts
from duro.db.records import Customer, Plan
from duro.db.repositories import Repositories
from duro.kernel import (
    Clock,
    ConflictError,
    CustomerId,
    Fault,
    IdFactory,
    InvalidInputError,
    NotFoundError,
    PaymentMethodId,
    PlanId,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.promo_codes.redemption import Redemption
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.billing import RenewsSubscriptions
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.subscriptions.usable_method import UsableMethod
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()
_GATEWAY_SECONDS: Final = 10.0
_BEYOND_EVERY_AMOUNT: Final = 10**12


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartSubscriptionCommand:
    """Who subscribes to what, how it is paid, and what departs from the plan.

    A `current_period_end` says that the period until then is paid for already, elsewhere.
    """

    customer_id: CustomerId
    plan_id: PlanId
    payment_method_id: PaymentMethodId | None = None
    quantity: int = 1
    trial_days: int | None = None
    max_cycles: int | None = None
    billing_day: int | None = None
    current_period_end: Instant | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    promo_code: str | None = None


@final
class StartSubscription:
    """Starts a subscription: writes it down, then collects its first payment, and tells what came of it.

    Executed again under the same receipt it finds the subscription it had written, and goes on from there: renewing it
    again makes no second invoice and no second attempt.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        billing: RenewsSubscriptions,
        gateways: GatewayRegistry,
        ids: IdFactory,
        clock: Clock,
    ) -> None:
        self._contexts = contexts
        self._billing = billing
        self._gateways = gateways
        self._ids = ids
        self._clocks = CustomerClocks(clock)
        self._messages = MessageDrafts(ids)

    async def execute(
        self,
        tenant_id: TenantId,
        command: StartSubscriptionCommand,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, ConflictError or InvalidInputError; a decline is no error, the state tells of it."""
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            subscription_id = ids.new(SubscriptionId)
            customer = await repos.customers.get(command.customer_id)
            if customer is None:
                raise NotFoundError("customer", command.customer_id)
            clock = await self._clocks.of(repos, customer.test_clock_id)
            subscription = await repos.subscriptions.get(subscription_id)
            if subscription is None:
                subscription = await self._inserted(repos, subscription_id, command, customer, now=clock.now())
            if subscription.status is not SubscriptionStatus.INCOMPLETE:
                await receipt.sign(repos, subscription)
                return subscription
        billing = self._billing.on(clock)
        await billing.renew(tenant_id, subscription_id, starting=True, gateway_seconds=_GATEWAY_SECONDS)
        return await self._signed(tenant_id, subscription_id, receipt)

    async def _inserted(
        self,
        repos: Repositories,
        subscription_id: SubscriptionId,
        command: StartSubscriptionCommand,
        customer: Customer,
        *,
        now: Instant,
    ) -> Subscription:
        plan = await self._plan(repos, command)
        max_cycles = command.max_cycles or plan.max_cycles
        terms = Terms(plan_id=plan.id, amount=plan.amount, cadence=plan.cadence, max_cycles=max_cycles)
        tenant = await repos.tenants.get()
        change = Subscription.start(
            id=subscription_id,
            customer_id=command.customer_id,
            terms=terms,
            zone=tenant.zone,
            quantity=command.quantity,
            payment_method_id=command.payment_method_id,
            metadata=command.metadata,
            trial_days=plan.trial_days if command.trial_days is None else command.trial_days,
            current_period_end=command.current_period_end,
            now=now,
            billing_day=command.billing_day,
            promotion=await self._promotion(repos, command, terms, now),
            test_clock_id=customer.test_clock_id,
        )
        await ChangeLog.begun(repos, change)
        if change.subscription.status is SubscriptionStatus.TRIALING:
            await repos.messages.add([self._messages.welcomed(change.subscription, now=now)])
        return change.subscription

    @staticmethod
    async def _promotion(
        repos: Repositories, command: StartSubscriptionCommand, terms: Terms, now: Instant
    ) -> Promotion | None:
        return None if command.promo_code is None else await Redemption(command.promo_code, terms, now).promotion(repos)

    async def _plan(self, repos: Repositories, command: StartSubscriptionCommand) -> Plan:
        plan = await repos.plans.get(command.plan_id)
        if plan is None:
            raise NotFoundError("plan", command.plan_id)
        if plan.archived_at is not None:
            code = "plan_archived"
            raise ConflictError(code, f"The plan {plan.id} is archived.")
        if not self._gateways.default.supports(plan.amount.currency):
            code = "currency_not_supported"
            raise ConflictError(code, f"No provider that is set up can charge {plan.amount.currency}.")
        if plan.amount.times(command.quantity).amount >= _BEYOND_EVERY_AMOUNT:
            raise InvalidInputError([Fault("quantity", "makes a period cost more than any amount may be")])
        if command.payment_method_id is not None:
            await UsableMethod.require(repos, command.payment_method_id, command.customer_id)
        return plan

    async def _signed(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        receipt: Receipt[Subscription],
    ) -> Subscription:
        async with self._contexts.open(tenant_id) as repos:
            fresh = await repos.subscriptions.get(subscription_id)
            if fresh is None:
                raise NotFoundError("subscription", subscription_id)
            await receipt.sign(repos, fresh)
        return fresh
