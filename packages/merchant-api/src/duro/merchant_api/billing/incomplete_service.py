from typing import Final, final

from whenever import TimeDelta

from duro.billing import SubscriptionStatus
from duro.db import RepositoryContexts
from duro.kernel import Clock, IdFactory, SubscriptionId, TenantId
from duro.merchant_api.billing.billing_service import BillingService
from duro.merchant_api.billing.ended_subscriptions import EndedSubscriptions
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.outcomes import RenewalOutcome

FIRST_PAYMENT_WITHIN: Final = TimeDelta(hours=23)


@final
class IncompleteService:
    """Finishes a start that a killed request left behind, and gives up on a first payment that never came."""

    def __init__(self, contexts: RepositoryContexts, billing: BillingService, *, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._billing = billing
        self._ids = ids
        self._clock = clock
        self._ended = EndedSubscriptions(ids=ids, clock=clock)

    def on(self, clock: Clock) -> "IncompleteService":
        """Give the same service on another clock."""
        return IncompleteService(self._contexts.on(clock), self._billing.on(clock), ids=self._ids, clock=clock)

    async def drive(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> RenewalOutcome:
        """Try the first charge if there was none yet; after 23 hours without payment expire it and void its invoice.

        A subscription whose charge is pending or in review is left to those who find out about it.
        """
        if await self._expire(tenant_id, subscription_id):
            return RenewalOutcome.EXPIRED
        return await self._billing.renew(tenant_id, subscription_id, starting=True)

    async def _expire(self, tenant_id: TenantId, subscription_id: SubscriptionId) -> bool:
        async with self._contexts.open(tenant_id) as repos:
            subscription = await repos.subscriptions.lock(subscription_id)
            now = self._clock.now()
            if subscription is None or subscription.status is not SubscriptionStatus.INCOMPLETE:
                return False
            if now < subscription.created_at + FIRST_PAYMENT_WITHIN:
                return False
            if await repos.attempts.unexplained_of_subscription(subscription_id):
                return False
            change = subscription.expire_incomplete(now)
            await repos.subscriptions.update(await self._ended.close(repos, change.subscription))
            await repos.events.append(change.subscription, change.events, EventRecords.data(change.subscription))
            return True
