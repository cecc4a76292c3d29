from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn, final

from whenever import Instant

from duro.billing.event_type import EventType
from duro.billing.payment_in_progress import PaymentInProgressError
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.proration import Proration
from duro.billing.share import Share
from duro.billing.state_machine import SubscriptionStatus
from duro.billing.subscription import Subscription, SubscriptionChange
from duro.kernel import ConflictError, PaymentMethodId, Period

_ALIGNABLE: Final = frozenset({SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})


@final
@dataclass(frozen=True, slots=True)
class Amendment:
    """A subscription whose terms, quantity or billing day are being changed."""

    subscription: Subscription

    @property
    def as_renewed(self) -> Subscription:
        """What its next renewal bills: itself, on the terms that are scheduled to take over by then."""
        change = self.subscription.scheduled_change
        return self.subscription if change is None else self._on(change, at=self.subscription.current_period_end)

    def share_left(self, at: Instant) -> Share:
        """Return how many periods that were paid for are left.

        What came before the first whole period on its grid, a part-period or time paid elsewhere, is measured in whole
        periods of that grid.
        """
        now = self.subscription
        if now.status is SubscriptionStatus.TRIALING or at >= now.current_period_end:
            return Share.NOTHING
        if now.current_period_end == now.anchor or (now.is_before_part_period and not now.cycles_completed):
            return now.cycle.share(max(at, now.current_period_start), now.current_period_end)
        return Proration.at(Period(now.current_period_start, now.current_period_end), at).remaining

    def made(self, change: PlanChange, *, at: Instant, is_anew: bool = False) -> SubscriptionChange:
        """Put it on other terms, in place of any that are scheduled.

        Another cadence, or `is_anew`, lays its grid of boundaries anew from the instant on.
        """
        amended = self._on(change, at=at, is_anew=is_anew)
        if change.terms != self.subscription.terms:
            return amended.told(EventType.SUBSCRIPTION_PLAN_CHANGED)
        return amended.told(*(() if amended == self.subscription else (EventType.SUBSCRIPTION_UPDATED,)))

    def foreseen(self, change: PlanChange, *, at: Instant) -> Subscription:
        """Return it as it would be on other terms whose first period starts at an instant: what to invoice for that."""
        return replace(self._on(change, at=at, is_anew=True), current_period_end=at)

    def begun(
        self, change: PlanChange, period: Period, pending_lines: Sequence[PendingLine] = ()
    ) -> SubscriptionChange:
        """Begin a new period on other terms at once, now that it is paid for; the pending lines wait on."""
        made = self.made(change, at=period.start, is_anew=True)
        moved = replace(made.subscription, current_period_end=period.start)
        return made.followed_by(moved.renewal_paid(period, pending_lines))

    def taken_over(self, change: PlanChange, *, at: Instant) -> SubscriptionChange:
        """Put it on the terms that its next period was invoiced on; others scheduled since then still wait."""
        scheduled = self.subscription.scheduled_change
        made = self.made(change, at=at)
        waiting = replace(made.subscription, scheduled_change=None if scheduled == change else scheduled)
        return SubscriptionChange(waiting, made.events)

    def scheduled(self, change: PlanChange | None) -> SubscriptionChange:
        """Let other terms take over at the next renewal; None takes that back."""
        if self.subscription.is_terminal:
            self._refuse()
        if change == self.subscription.scheduled_change:
            return self.subscription.told()
        return replace(self.subscription, scheduled_change=change).told(EventType.SUBSCRIPTION_UPDATED)

    def aligned(self, billing_day: int, *, is_charge_pending: bool) -> SubscriptionChange:
        """Bill on another day of the month once the current period is over; the time up to it is a part-period.

        Raise PaymentInProgressError; or ConflictError where the next period is invoiced already, and before a first
        whole period has begun: what is left of the part-period couldn't be told any more.
        """
        now = self.subscription
        if is_charge_pending:
            raise PaymentInProgressError
        if now.status not in _ALIGNABLE:
            self._refuse()
        if billing_day == now.billing_day:
            return now.told()
        Subscription.require_alignable(billing_day, now.terms.cadence)
        if now.status is not SubscriptionStatus.TRIALING and now.current_period_end == now.anchor:
            code = "period_is_partial"
            raise ConflictError(code, "The billing day can change once a whole period has begun.")
        aligned = replace(now, billing_day=billing_day).anchored_from(now.current_period_end)
        if aligned.anchor == aligned.current_period_end and now.status is not SubscriptionStatus.TRIALING:
            aligned = replace(aligned, anchor=aligned.cycle.boundary(-2))
        return aligned.told(EventType.SUBSCRIPTION_UPDATED)

    def described(self, metadata: Mapping[str, str]) -> SubscriptionChange:
        """Keep other metadata with it, in place of all that it had; it may have ended."""
        if metadata == self.subscription.metadata:
            return self.subscription.told()
        return replace(self.subscription, metadata=metadata).told(EventType.SUBSCRIPTION_UPDATED)

    def paid_with(self, payment_method_id: PaymentMethodId | None, *, is_charge_pending: bool) -> SubscriptionChange:
        """Charge another method from now on, or none. Raise PaymentInProgressError, or ConflictError once it ended."""
        now = self.subscription
        if payment_method_id == now.payment_method_id:
            return now.told()
        if is_charge_pending:
            raise PaymentInProgressError
        if now.is_terminal:
            self._refuse()
        return replace(now, payment_method_id=payment_method_id).told(EventType.SUBSCRIPTION_UPDATED)

    def _refuse(self) -> NoReturn:
        code = "illegal_transition"
        raise ConflictError(code, f"A subscription that is {self.subscription.status} can't change that.")

    def _on(self, change: PlanChange, *, at: Instant, is_anew: bool = False) -> Subscription:
        now = self.subscription
        amended = replace(now, terms=change.terms, quantity=change.quantity, scheduled_change=None)
        if not is_anew and change.terms.cadence == now.terms.cadence:
            return amended
        return replace(amended, zone=change.zone or now.zone).anchored_from(at)
