from typing import final

from duro.billing import PaymentInProgressError, Subscription
from duro.db.repositories import Repositories
from duro.kernel import ConflictError, NotFoundError, SubscriptionId


@final
class PromotableSubscription:
    """A subscription whose promotion may be changed now."""

    @staticmethod
    async def locked(repos: Repositories, subscription_id: SubscriptionId) -> Subscription:
        """Raise NotFoundError, ConflictError `illegal_transition` once it ended, PaymentInProgressError during one."""
        subscription = await repos.subscriptions.lock(subscription_id)
        if subscription is None:
            raise NotFoundError("subscription", subscription_id)
        if subscription.is_terminal:
            code = "illegal_transition"
            raise ConflictError(code, f"A subscription that is {subscription.status} has no promotion to change.")
        if await repos.attempts.unexplained_of_subscription(subscription_id):
            raise PaymentInProgressError
        return subscription
