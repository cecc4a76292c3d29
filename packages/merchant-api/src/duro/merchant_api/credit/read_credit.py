from dataclasses import dataclass
from typing import final

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.db.credit_rows import CreditEntry
from duro.db.pages import Page, PageRequest
from duro.kernel import NotFoundError, SubscriptionId, TenantId


@final
@dataclass(frozen=True, slots=True)
class CreditStatement:
    """A subscription with its credit balance, and what moved that, newest first."""

    subscription: Subscription
    entries: Page[CreditEntry]


@final
class GetCredit:
    """Reads the credit balance of a subscription and how it came to be."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, subscription_id: SubscriptionId, page: PageRequest) -> CreditStatement:
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.get(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            return CreditStatement(subscription, await repos.credit.entries(subscription_id, page))
