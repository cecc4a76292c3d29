from typing import Final, final

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, IdFactory, SubscriptionId, TenantId
from duro.merchant_api.promo_codes.promotable_subscription import PromotableSubscription
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class RemovePromoCode:
    """Takes a subscription's promotion away; its redemption stays counted. Without one nothing changes."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        subscription_id: SubscriptionId,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, ConflictError `illegal_transition` once it ended, PaymentInProgressError during one."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await PromotableSubscription.locked(repos, subscription_id)
            await self._clocks.of(repos, subscription.test_clock_id)
            change = subscription.promoted(None)
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription
