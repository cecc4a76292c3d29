from typing import Final, final

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.kernel import IdFactory, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog

_UNSIGNED: Final = NoReceipt()


@final
class KeepSubscription:
    """Takes back a cancellation at the end of the period, before that end has come."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory) -> None:
        self._contexts = contexts
        self._ids = ids

    async def execute(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError `illegal_transition` when it has ended already."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            change = subscription.keep()
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription
