from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.db.renewal_rows import RenewalSettlement
from duro.db.repositories import Repositories
from duro.kernel import Clock, EventId, IdFactory, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.billing import RenewsSubscriptions
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()
_GATEWAY_SECONDS: Final = 10.0


@final
class ResumeSubscription:
    """Ends a pause: the period that still runs goes on, or a new one begins now and is billed at once.

    Executed again under the same receipt it finds the event that told of it, and goes on from there.
    """

    def __init__(
        self, contexts: RepositoryContexts, billing: RenewsSubscriptions, *, ids: IdFactory, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._billing = billing
        self._ids = ids
        self._events = EventRecords(ids)
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, subscription_id: SubscriptionId, receipt: Receipt[Subscription] = _UNSIGNED
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError `illegal_transition`; a decline is no error, the state tells of it."""
        async with self._contexts.open(tenant_id) as repos:
            event_id = (await receipt.claim(repos, self._ids)).new(EventId)
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            now = clock.now()
            if await repos.events.get(event_id) is None:
                subscription = await self._resumed(repos, subscription, event_id, now=now)
            if not subscription.is_due(now):
                await receipt.sign(repos, subscription)
                return subscription
        billing = self._billing.on(clock)
        await billing.renew(tenant_id, subscription_id, gateway_seconds=_GATEWAY_SECONDS)
        async with self._contexts.open(tenant_id) as repos:
            billed = await repos.subscriptions.get(subscription_id) or subscription
            await receipt.sign(repos, billed)
        return billed

    async def _resumed(
        self, repos: Repositories, subscription: Subscription, event_id: EventId, *, now: Instant
    ) -> Subscription:
        change = subscription.resume(now)
        (event,) = self._events.of(change, now=now)
        settlement = RenewalSettlement(subscription=change.subscription, events=(replace(event, id=event_id),))
        await repos.renewals.settle([settlement], now=now)
        return change.subscription
