from typing import final

from duro.billing import Subscription, SubscriptionStatus
from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.kernel import CustomerId, NotFoundError, SubscriptionId, TenantId


@final
class GetSubscription:
    """Finds one subscription."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> Subscription:
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.get(subscription_id)
        if subscription is None:
            raise NotFoundError("subscription", subscription_id)
        return subscription


@final
class ListSubscriptions:
    """Lists subscriptions, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        customer_id: CustomerId | None = None,
        status: SubscriptionStatus | None = None,
    ) -> Page[Subscription]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.subscriptions.list(page, customer_id=customer_id, status=status)
