from typing import Final, final

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, IdFactory, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class PauseSubscription:
    """Lets the current period run on and bills nothing after it, until the subscription is resumed."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, subscription_id: SubscriptionId, receipt: Receipt[Subscription] = _UNSIGNED
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError: `illegal_transition` unless active, `payment_in_progress`."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            await self._clocks.of(repos, subscription.test_clock_id)
            attempts = await repos.attempts.unexplained_of_subscription(subscription_id)
            change = subscription.pause(is_charge_pending=bool(attempts))
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription
