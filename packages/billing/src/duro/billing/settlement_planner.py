from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, final

from duro.billing.amendment import Amendment
from duro.billing.event_type import EventType
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.state_machine import SubscriptionStatus
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.kernel import Period, PromoCodeId


class ChargeOutcome(StrEnum):
    """What is known for certain of a charge."""

    PAID = "paid"
    DECLINED = "declined"


@final
@dataclass(frozen=True, slots=True)
class Advance:
    """What was asked for is paid for: a period becomes the current one."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class OpenRecovery:
    """The charge was declined: the period doesn't move and recovery takes the case."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class KeepIncomplete:
    """The first charge was declined: the invoice stays open, payable by any rail, and there is no recovery."""

    change: SubscriptionChange


@final
@dataclass(frozen=True, slots=True)
class PaidWithoutAdvance:
    """The subscription ended while it was charged: the invoice is paid, the period stays and all of it goes back."""


@final
@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """The subscription ended while it was charged, and no money was taken: nothing is owed."""


@final
@dataclass(frozen=True, slots=True)
class KeepTerms:
    """The charge for a change of terms was declined: the invoice is void and everything is as it was."""

    change: SubscriptionChange


Settlement: TypeAlias = Advance | OpenRecovery | KeepIncomplete | PaidWithoutAdvance | VoidInvoice
ChangeSettlement: TypeAlias = Advance | KeepTerms | PaidWithoutAdvance | VoidInvoice


@final
class SettlementPlanner:
    """What the outcome of a charge for a period means for the subscription as it is by then."""

    @classmethod
    def plan(
        cls,
        subscription: Subscription,
        period: Period,
        outcome: ChargeOutcome,
        plan_change: PlanChange | None = None,
        promo_code_id: PromoCodeId | None = None,
    ) -> Settlement:
        """Decide for a renewal; a plan change is what its invoice was composed on, a promo code what it was less."""
        is_paid = outcome is ChargeOutcome.PAID
        if subscription.is_terminal:
            return PaidWithoutAdvance() if is_paid else VoidInvoice()
        if is_paid:
            changed = cls._taken_over(subscription, period, plan_change)
            promoted = changed.subscription.used_promotion(promo_code_id)
            return Advance(changed.followed_by(promoted.renewal_paid(period)))
        if subscription.status is SubscriptionStatus.INCOMPLETE:
            return KeepIncomplete(subscription.renewal_failed())
        return OpenRecovery(subscription.renewal_failed())

    @classmethod
    def plan_change(
        cls,
        subscription: Subscription,
        change: PlanChange,
        period: Period,
        outcome: ChargeOutcome,
        promo_code_id: PromoCodeId | None = None,
        *,
        pending_lines: Sequence[PendingLine] = (),
    ) -> ChangeSettlement:
        """Decide for a change of terms that begins a new period and applies only if that is paid.

        Pending lines wait for the renewal after it; where its period is the last, their credit goes to the balance.
        It applies to a subscription as it was invoiced: one that has ended or renewed meanwhile gets its money back.
        """
        is_paid = outcome is ChargeOutcome.PAID
        is_as_invoiced = subscription.current_period_start <= period.start < subscription.current_period_end
        if is_paid and subscription.is_renewing and is_as_invoiced:
            promoted = Amendment(subscription.used_promotion(promo_code_id))
            return Advance(promoted.begun(change, period, pending_lines))
        if is_paid:
            return PaidWithoutAdvance()
        if subscription.is_terminal:
            return VoidInvoice()
        return KeepTerms(subscription.told(EventType.SUBSCRIPTION_PAYMENT_FAILED))

    @classmethod
    def proration(cls, subscription: Subscription, outcome: ChargeOutcome, *, is_recovered: bool = False) -> Settlement:
        """Decide for what a change of terms costs within a period: it moves no period and no status.

        If it is paid it may be recovered: a charge for it had been declined before.
        """
        is_paid = outcome is ChargeOutcome.PAID
        if subscription.is_terminal:
            return PaidWithoutAdvance() if is_paid else VoidInvoice()
        if is_paid:
            told = (EventType.SUBSCRIPTION_PAYMENT_RECOVERED,) if is_recovered else ()
            return Advance(subscription.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS, *told))
        return OpenRecovery(subscription.told(EventType.SUBSCRIPTION_PAYMENT_FAILED))

    @classmethod
    def forgive(
        cls, subscription: Subscription, period: Period, plan_change: PlanChange | None = None
    ) -> SubscriptionChange:
        """Let a past due period pass unpaid, now that its invoice is void: it renews again, and no cycle counts."""
        changed = cls._taken_over(subscription, period, plan_change)
        return changed.followed_by(changed.subscription.renewal_forgiven(period))

    @staticmethod
    def _taken_over(subscription: Subscription, period: Period, plan_change: PlanChange | None) -> SubscriptionChange:
        if plan_change is None:
            return subscription.told()
        return Amendment(subscription).taken_over(plan_change, at=period.start)
