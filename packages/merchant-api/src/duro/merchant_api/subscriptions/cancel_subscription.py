from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant

from duro.billing import PendingLine, Subscription, SubscriptionChange
from duro.db.contexts import RepositoryContexts
from duro.kernel import Clock, IdFactory, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.billing.ended_subscriptions import EndedSubscriptions
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSubscriptionCommand:
    """Which subscription ends, and whether now or with the period that is paid for."""

    subscription_id: SubscriptionId
    at_period_end: bool = False


@final
class CancelSubscription:
    """Ends a subscription, now or at the end of its period; while past due or unpaid both mean now."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: CancelSubscriptionCommand,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError `illegal_transition` when it has ended already.

        A charge in flight doesn't stop it: if money turns out taken, settlement gives it back.
        """
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(command.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            lines = [stored.line for stored in await repos.pending_lines.waiting([subscription.id])]
            change = self._change(subscription, command, lines, now=clock.now())
            if change.subscription.is_terminal:
                ended = EndedSubscriptions(ids=self._ids, clock=clock)
                freed = await ended.close(repos, change.subscription, lines)
                change = replace(change, subscription=freed)
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription

    @staticmethod
    def _change(
        subscription: Subscription, command: CancelSubscriptionCommand, lines: Sequence[PendingLine], *, now: Instant
    ) -> SubscriptionChange:
        return subscription.cancel_at_end(now, lines) if command.at_period_end else subscription.cancel_now(now, lines)
