from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, final

from duro.billing import Amendment, Subscription, SubscriptionChange
from duro.db.contexts import RepositoryContexts
from duro.db.repositories import Repositories
from duro.kernel import Clock, IdFactory, NotFoundError, PaymentMethodId, SubscriptionId, TenantId
from duro.merchant_api.billing.ended_subscriptions import EndedSubscriptions
from duro.merchant_api.given import KEPT, Given, MaybeGiven
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.subscriptions.usable_method import UsableMethod
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSubscriptionCommand:
    """What changes about a subscription at no cost; a change of what it costs is a change of plan."""

    subscription_id: SubscriptionId
    cancel_at_period_end: MaybeGiven[bool] = KEPT
    billing_day: MaybeGiven[int] = KEPT
    payment_method_id: MaybeGiven[PaymentMethodId | None] = KEPT
    metadata: MaybeGiven[Mapping[str, str]] = KEPT


@final
class UpdateSubscription:
    """Changes what a merchant may change about a subscription that costs nothing, all of it or nothing."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: UpdateSubscriptionCommand,
        receipt: Receipt[Subscription] = _UNSIGNED,
    ) -> Subscription:
        """Raise NotFoundError, InvalidInputError, or ConflictError.

        The conflicts are `illegal_transition`, `period_is_partial`, `payment_method_detached`, and for the billing day
        and the payment method `payment_in_progress`.
        """
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(command.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            change = await self._amended(repos, subscription, command)
            change = change.followed_by(await self._ended(repos, change.subscription, command, clock))
            await ChangeLog.changed(repos, change)
            if change.subscription.payment_method_id != subscription.payment_method_id:
                await repos.dunning.wake(subscription.id, now=clock.now())
            await receipt.sign(repos, change.subscription)
        return change.subscription

    @staticmethod
    async def _amended(
        repos: Repositories, subscription: Subscription, command: UpdateSubscriptionCommand
    ) -> SubscriptionChange:
        is_charge_pending = bool(await repos.attempts.unexplained_of_subscription(subscription.id))
        change = subscription.told()
        if isinstance(command.metadata, Given):
            change = change.followed_by(Amendment(change.subscription).described(command.metadata.value))
        if isinstance(command.payment_method_id, Given):
            method_id = command.payment_method_id.value
            if method_id is not None:
                await UsableMethod.require(repos, method_id, subscription.customer_id)
            amendment = Amendment(change.subscription)
            change = change.followed_by(amendment.paid_with(method_id, is_charge_pending=is_charge_pending))
        if isinstance(command.billing_day, Given):
            amendment = Amendment(change.subscription)
            day = command.billing_day.value
            change = change.followed_by(amendment.aligned(day, is_charge_pending=is_charge_pending))
        return change

    async def _ended(
        self, repos: Repositories, subscription: Subscription, command: UpdateSubscriptionCommand, clock: Clock
    ) -> SubscriptionChange:
        match command.cancel_at_period_end:
            case Given(True):
                lines = [stored.line for stored in await repos.pending_lines.waiting([subscription.id])]
                change = subscription.cancel_at_end(clock.now(), lines)
                if not change.subscription.is_terminal:
                    return change
                ended = EndedSubscriptions(ids=self._ids, clock=clock)
                return replace(change, subscription=await ended.close(repos, change.subscription, lines))
            case Given():
                return subscription.keep()
            case _:
                return subscription.told()
