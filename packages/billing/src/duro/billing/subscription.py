from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant

from duro.billing.billing_cycle import BillingCycle
from duro.billing.discount import Discount
from duro.billing.event_type import EventType
from duro.billing.interval import Cadence, Interval
from duro.billing.payment_in_progress import PaymentInProgressError
from duro.billing.pending_line import PendingLine
from duro.billing.plan_change import PlanChange
from duro.billing.promotion import Promotion
from duro.billing.share import Share
from duro.billing.state_machine import SubscriptionAction, SubscriptionStateMachine, SubscriptionStatus
from duro.billing.terms import Terms
from duro.kernel import (
    ConflictError,
    CustomerId,
    Fault,
    InvalidInputError,
    Money,
    PaymentMethodId,
    Period,
    PromoCodeId,
    SubscriptionId,
    TestClockId,
)

_RENEWING: Final = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})
_IN_RECOVERY: Final = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID})


@final
@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """A subscription after something happened to it, and the events that tell of it, counted in its sequence."""

    subscription: "Subscription"
    events: tuple[EventType, ...]

    def followed_by(self, later: "SubscriptionChange") -> "SubscriptionChange":
        return SubscriptionChange(later.subscription, self.events + later.events)


@final
@dataclass(frozen=True, slots=True)
class Subscription:
    """A customer's standing order on agreed terms: what it is now, and what each thing that happens makes of it.

    One that catches up on periods which went by while its payer owed isn't renewed before `renews_from`.
    """

    id: SubscriptionId
    customer_id: CustomerId
    terms: Terms
    zone: str
    status: SubscriptionStatus
    anchor: Instant
    current_period_start: Instant
    current_period_end: Instant
    trial_ends_at: Instant | None
    cycles_completed: int
    cancel_at_period_end: bool
    balance: Money
    payment_method_id: PaymentMethodId | None
    quantity: int
    metadata: Mapping[str, str]
    access_ends_at: Instant | None
    canceled_at: Instant | None
    event_sequence: int
    created_at: Instant
    billing_day: int | None = None
    scheduled_change: PlanChange | None = None
    promotion: Promotion | None = None
    test_clock_id: TestClockId | None = None
    renews_from: Instant | None = None

    @classmethod
    def start(
        cls,
        *,
        id: SubscriptionId,
        customer_id: CustomerId,
        terms: Terms,
        zone: str,
        quantity: int,
        payment_method_id: PaymentMethodId | None,
        metadata: Mapping[str, str],
        trial_days: int,
        current_period_end: Instant | None,
        now: Instant,
        billing_day: int | None = None,
        promotion: Promotion | None = None,
        test_clock_id: TestClockId | None = None,
    ) -> SubscriptionChange:
        """Begin a subscription.

        With a current_period_end, which must be in the future, it is active and that period is paid for already; with
        trial days it is trialing; else it is incomplete and its first renewal is due now. With a billing day (1-31) the
        first it is billed for is the part-period before that day. Raise InvalidInputError, or OutsideHorizonError when
        that reaches past the calendar.
        """
        cls._require_startable(quantity=quantity, trial_days=trial_days, paid_until=current_period_end, now=now)
        cls.require_alignable(billing_day, terms.cadence)
        fresh = cls(
            id=id,
            customer_id=customer_id,
            terms=terms,
            zone=zone,
            status=SubscriptionStatus.INCOMPLETE,
            anchor=now,
            current_period_start=now,
            current_period_end=now,
            trial_ends_at=None,
            cycles_completed=0,
            cancel_at_period_end=False,
            balance=Money.zero(terms.amount.currency),
            payment_method_id=payment_method_id,
            quantity=quantity,
            metadata=metadata,
            access_ends_at=None,
            canceled_at=None,
            event_sequence=0,
            created_at=now,
            billing_day=billing_day,
            promotion=promotion,
            test_clock_id=test_clock_id,
        )
        change = fresh._begun(trial_days=trial_days, paid_until=current_period_end)
        change.subscription.next_period()
        return change

    @property
    def cycle(self) -> BillingCycle:
        """The grid of instants on which it renews."""
        return BillingCycle(self.anchor, self.zone, self.terms.cadence, self.billing_day)

    @property
    def is_terminal(self) -> bool:
        return self.status in SubscriptionStateMachine.TERMINAL

    @property
    def is_renewing(self) -> bool:
        """Say whether it renews by itself: recovery, a pause or an end take it out of that."""
        return self.status in _RENEWING

    @property
    def is_ending(self) -> bool:
        """Say whether it ends where its period does, be it paused by then."""
        return self.cancel_at_period_end and (self.is_renewing or self.status is SubscriptionStatus.PAUSED)

    @property
    def is_past_due(self) -> bool:
        return self.status is SubscriptionStatus.PAST_DUE

    @property
    def is_in_recovery(self) -> bool:
        """Say whether it owes for a period whose charge was declined."""
        return self.status in _IN_RECOVERY

    @property
    def has_reached_limit(self) -> bool:
        """Say whether it has been paid for as often as its terms allow."""
        return self.terms.is_completed_by(self.cycles_completed)

    @property
    def discount(self) -> Discount | None:
        """What its promotion takes off the next period."""
        return None if self.promotion is None else self.promotion.discount_on(self.terms.plan_id)

    @property
    def promo_code_id(self) -> PromoCodeId | None:
        """The code that takes something off the next period."""
        return None if self.promotion is None or self.discount is None else self.promotion.promo_code_id

    @property
    def is_before_part_period(self) -> bool:
        """Say whether all it bills next is the part-period before its billing day."""
        return self.current_period_end < self.anchor

    def is_due(self, now: Instant) -> bool:
        """Say whether its next renewal is to be billed by now."""
        return self.is_renewing and self.current_period_end <= now

    @property
    def renews_at(self) -> Instant:
        """When its next renewal is to be billed: where its period ends, or later while it catches up."""
        return max(self.current_period_end, self.renews_from or self.current_period_end)

    def may_renew(self, now: Instant) -> bool:
        """Say whether its next renewal can be billed by now."""
        return self.is_renewing and self.renews_at <= now

    def next_period(self) -> Period:
        """Return the period that its next renewal bills: it starts where the current one ends."""
        if self.is_before_part_period:
            return Period(self.current_period_end, self.anchor)
        return self.cycle.period_starting_at(self.current_period_end)

    def next_share(self) -> Share:
        """Return how much of a whole period the next one is."""
        return self.cycle.share(self.current_period_end, self.anchor) if self.is_before_part_period else Share.WHOLE

    def anchored_from(self, at: Instant) -> "Subscription":
        """Lay its grid of boundaries anew from an instant, or from the first billing day after it."""
        day = self.billing_day if self.terms.cadence.months else None
        anchor = BillingCycle.starting(at, self.zone, self.terms.cadence, day).anchor
        return replace(self, anchor=anchor, billing_day=day)

    def promoted(self, promotion: Promotion | None) -> SubscriptionChange:
        """Let a promotion take something off the periods to come, in place of any other; None takes it back."""
        if promotion == self.promotion:
            return self.told()
        return replace(self, promotion=promotion).told(EventType.SUBSCRIPTION_UPDATED)

    def used_promotion(self, promo_code_id: PromoCodeId | None) -> "Subscription":
        """Count one more paid period that this code took something off; another promotion is left alone."""
        if self.promotion is None or self.promotion.promo_code_id != promo_code_id:
            return self
        return replace(self, promotion=self.promotion.used())

    def told(self, *events: EventType) -> SubscriptionChange:
        """Tell of something that happened around it and changed nothing else."""
        return SubscriptionChange(replace(self, event_sequence=self.event_sequence + len(events)), events)

    def credited(self, amount: Money) -> "Subscription":
        """Add to the credit balance; a negative amount takes from it. Raise ConflictError before it goes below zero."""
        balance = self.balance + amount
        if balance.amount < 0:
            code = "insufficient_credit"
            raise ConflictError(code, f"The credit balance of {self.balance} doesn't cover {-amount}.")
        return replace(self, balance=balance)

    def renewal_paid(self, period: Period, pending_lines: Sequence[PendingLine] = ()) -> SubscriptionChange:
        """Move on to the next period, now that it is paid for; the last of its cycles ends it.

        A part-period isn't a cycle. The pending lines are those that still wait for an invoice after this one.
        """
        self._require_next(period)
        cycles = self.cycles_completed + (0 if self.is_before_part_period else 1)
        moved = self._paid()
        begun = replace(moved.subscription, current_period_start=period.start, current_period_end=period.end)
        paid = SubscriptionChange(replace(begun, cycles_completed=cycles), moved.events)
        if paid.subscription.has_reached_limit:
            return paid.followed_by(paid.subscription.reach_limit(pending_lines))
        return paid

    def renewal_forgiven(self, period: Period) -> SubscriptionChange:
        """Move on to the next period unpaid, now that its invoice is void: what was past due renews again."""
        self._require_next(period)
        change = self._moved(SubscriptionAction.RECOVER)
        begun = replace(change.subscription, current_period_start=period.start, current_period_end=period.end)
        return SubscriptionChange(begun, change.events)

    def renewal_failed(self) -> SubscriptionChange:
        """Take note that a charge was declined: recovery takes over what had been renewing; the period doesn't move."""
        if self.is_in_recovery or self.status is SubscriptionStatus.INCOMPLETE:
            return self.told(EventType.SUBSCRIPTION_PAYMENT_FAILED)
        return self._moved(SubscriptionAction.RENEWAL_FAILED, EventType.SUBSCRIPTION_PAYMENT_FAILED)

    def dunning_exhausted(self) -> SubscriptionChange:
        """Give up on what it owes: it stays, unpaid, until that is paid after all or forgiven."""
        return self._moved(SubscriptionAction.EXHAUST_DUNNING)

    def pause(self, *, is_charge_pending: bool) -> SubscriptionChange:
        """Let the current period run on and bill nothing after it. Raise PaymentInProgressError while a charge is."""
        if is_charge_pending:
            raise PaymentInProgressError
        return self._moved(SubscriptionAction.PAUSE)

    def resume(self, now: Instant) -> SubscriptionChange:
        """Go on with the period that still runs, or begin anew with a bill due now: paused time is never billed."""
        change = self._moved(SubscriptionAction.RESUME)
        if now < self.current_period_end:
            return change
        anew = replace(
            change.subscription, current_period_start=now, current_period_end=now, renews_from=None
        ).anchored_from(now)
        return SubscriptionChange(anew, change.events)

    def cancel_now(self, now: Instant, pending_lines: Sequence[PendingLine] = ()) -> SubscriptionChange:
        """End it, and the access it gave, at once."""
        change = self._moved(SubscriptionAction.CANCEL)
        ended = replace(change.subscription, cancel_at_period_end=False, canceled_at=now, access_ends_at=now)
        return SubscriptionChange(ended.credited(self._credit_in(pending_lines)), change.events)

    def cancel_at_end(self, now: Instant, pending_lines: Sequence[PendingLine] = ()) -> SubscriptionChange:
        """Let it end with the period that is paid for; where none is (incomplete, past due, unpaid), end it now."""
        is_over = self.status is SubscriptionStatus.PAUSED and self.current_period_end <= now
        if is_over or self.is_in_recovery or self.status is SubscriptionStatus.INCOMPLETE:
            return self.cancel_now(now, pending_lines)
        return self._set_cancel_at_period_end(is_set=True)

    def keep(self) -> SubscriptionChange:
        """Take back a cancellation at the end of the period."""
        return self._set_cancel_at_period_end(is_set=False)

    def end_at_period(self, pending_lines: Sequence[PendingLine] = ()) -> SubscriptionChange:
        """End it at the boundary it was to be canceled at."""
        change = self._moved(SubscriptionAction.CANCEL)
        boundary = self.current_period_end
        ended = replace(change.subscription, canceled_at=boundary, access_ends_at=boundary)
        return SubscriptionChange(ended.credited(self._credit_in(pending_lines)), change.events)

    def reach_limit(self, pending_lines: Sequence[PendingLine] = ()) -> SubscriptionChange:
        """End it after its last paid cycle; access lasts until the period does."""
        change = self._moved(SubscriptionAction.REACH_LIMIT)
        ended = replace(change.subscription, access_ends_at=self.current_period_end)
        return SubscriptionChange(ended.credited(self._credit_in(pending_lines)), change.events)

    def expire_incomplete(self, now: Instant) -> SubscriptionChange:
        """Give up on a first payment that never came."""
        change = self._moved(SubscriptionAction.EXPIRE_INCOMPLETE)
        return SubscriptionChange(replace(change.subscription, access_ends_at=now), change.events)

    def _begun(self, *, trial_days: int, paid_until: Instant | None) -> SubscriptionChange:
        if paid_until is not None:
            return self._paid_until(paid_until)
        if trial_days:
            return self._on_trial(trial_days)
        return self.anchored_from(self.current_period_end).told(EventType.SUBSCRIPTION_CREATED)

    def _paid_until(self, end: Instant) -> SubscriptionChange:
        active = SubscriptionStateMachine.transition(self.status, SubscriptionAction.ACTIVATE)
        begun = replace(self, status=active.target, current_period_end=end).anchored_from(end)
        return begun.told(EventType.SUBSCRIPTION_CREATED, active.event)

    def _on_trial(self, trial_days: int) -> SubscriptionChange:
        trial = SubscriptionStateMachine.transition(self.status, SubscriptionAction.START_TRIAL)
        end = BillingCycle(self.anchor, self.zone, Cadence(Interval.DAY, trial_days)).boundary(1)
        begun = replace(self, status=trial.target, current_period_end=end, trial_ends_at=end).anchored_from(end)
        return begun.told(trial.event)

    def _paid(self) -> SubscriptionChange:
        if self.status is SubscriptionStatus.ACTIVE:
            return self.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS)
        if self.is_in_recovery:
            paid = EventType.SUBSCRIPTION_PAYMENT_SUCCESS, EventType.SUBSCRIPTION_PAYMENT_RECOVERED
            return self._moved(SubscriptionAction.RECOVER, *paid)
        return self._moved(SubscriptionAction.ACTIVATE, EventType.SUBSCRIPTION_PAYMENT_SUCCESS)

    def _moved(self, action: SubscriptionAction, *further: EventType) -> SubscriptionChange:
        transition = SubscriptionStateMachine.transition(self.status, action)
        return replace(self, status=transition.target).told(transition.event, *further)

    def _set_cancel_at_period_end(self, *, is_set: bool) -> SubscriptionChange:
        if self.is_terminal:
            code = "illegal_transition"
            raise ConflictError(code, f"A subscription that is {self.status} has already ended.")
        if self.cancel_at_period_end is is_set:
            return self.told()
        return replace(self, cancel_at_period_end=is_set).told(EventType.SUBSCRIPTION_UPDATED)

    def _require_next(self, period: Period) -> None:
        if period.start != self.current_period_end:
            code = "period_out_of_order"
            raise ConflictError(code, f"The next period starts at {self.current_period_end}, not at {period.start}.")

    def _credit_in(self, pending_lines: Sequence[PendingLine]) -> Money:
        """No invoice will come: charges that wait for one lapse, credits are kept."""
        return PendingLine.credit_in(pending_lines, Money.zero(self.balance.currency))

    @staticmethod
    def require_alignable(billing_day: int | None, cadence: Cadence) -> None:
        """Raise InvalidInputError unless it is a day of the month, and the cadence is counted in months."""
        if billing_day is not None and (not cadence.months or not 1 <= billing_day <= 31):
            raise InvalidInputError([Fault("billingDay", "must be from 1 to 31, for periods of months or years")])

    @staticmethod
    def _require_startable(*, quantity: int, trial_days: int, paid_until: Instant | None, now: Instant) -> None:
        faults: list[Fault] = []
        if quantity < 1:
            faults.append(Fault("quantity", "must be at least 1"))
        if trial_days < 0:
            faults.append(Fault("trialDays", "must not be negative"))
        if paid_until is not None and paid_until <= now:
            faults.append(Fault("currentPeriodEnd", "must be in the future"))
        if faults:
            raise InvalidInputError(faults)
