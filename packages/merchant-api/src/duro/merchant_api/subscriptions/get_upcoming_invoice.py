from typing import final

from duro.billing import Amendment, Bill, RenewalPlanner
from duro.db.contexts import RepositoryContexts
from duro.kernel import DomainError, ErrorKind, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.billing.gateway_minimum import GatewayMinimum
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.subscriptions.foreseen_invoice import ForeseenInvoice


@final
class NoUpcomingInvoiceError(DomainError):
    """As it stands, the subscription won't be billed again: it ends, is paused, or recovery has its last invoice."""

    def __init__(self, subscription_id: SubscriptionId) -> None:
        message = f"As it stands, the subscription {subscription_id} won't be billed again."
        super().__init__("no_upcoming_invoice", ErrorKind.NOT_FOUND, message)


@final
class GetUpcomingInvoice:
    """Foresees the next invoice of a subscription, by the very decision that its renewal will write down."""

    def __init__(self, contexts: RepositoryContexts, gateways: GatewayRegistry) -> None:
        self._contexts = contexts
        self._minimum = GatewayMinimum(gateways)

    async def execute(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> ForeseenInvoice:
        """Raise NotFoundError or NoUpcomingInvoiceError."""
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.get(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            plan = await repos.plans.get(Amendment(subscription).as_renewed.terms.plan_id)
            if plan is None:
                raise NotFoundError("plan", subscription.terms.plan_id)
            upcoming = RenewalPlanner.upcoming(
                subscription,
                plan.name,
                pending_lines=[stored.line for stored in await repos.pending_lines.waiting([subscription_id])],
                minimum=await self._minimum.of(repos, subscription),
            )
            if not isinstance(upcoming, Bill):
                raise NoUpcomingInvoiceError(subscription_id)
            written = await repos.invoices.get_by_key(upcoming.idempotency_key)
        return ForeseenInvoice.of(upcoming) if written is None else ForeseenInvoice.written(written)
