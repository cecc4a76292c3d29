from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant

from duro.billing.billing_cycle import BillingCycle
from duro.billing.event_type import EventType
from duro.billing.interval import Cadence, Interval
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
    SubscriptionId,
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
    """A customer's standing order on agreed terms: what it is now, and what each thing that happens makes of it."""

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
    ) -> SubscriptionChange:
        """Begin a subscription.

        With a current_period_end, which must be in the future, it is active and that period is paid for already; with
        trial days it is trialing; else it is incomplete and its first renewal is due now. Raise InvalidInputError, or
        OutsideHorizonError when the first period it would be billed for reaches past the calendar.
        """
        cls._require_startable(quantity=quantity, trial_days=trial_days, paid_until=current_period_end, now=now)
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
        )
        change = fresh._begun(trial_days=trial_days, paid_until=current_period_end)
        change.subscription.next_period()
        return change

    @property
    def cycle(self) -> BillingCycle:
        """The grid of instants on which it renews."""
        return BillingCycle(self.anchor, self.zone, self.terms.cadence)

    @property
    def is_terminal(self) -> bool:
        return self.status in SubscriptionStateMachine.TERMINAL

    @property
    def is_renewing(self) -> bool:
        """Say whether it renews by itself: recovery, a pause or an end take it out of that."""
        return self.status in _RENEWING

    @property
    def has_reached_limit(self) -> bool:
        """Say whether it has been paid for as often as its terms allow."""
        return self.terms.max_cycles is not None and self.cycles_completed >= self.terms.max_cycles

    def is_due(self, now: Instant) -> bool:
        """Say whether its next renewal is to be billed by now."""
        return self.is_renewing and self.current_period_end <= now

    def next_period(self) -> Period:
        """Return the period that its next renewal bills: it starts where the current one ends."""
        return self.cycle.period_starting_at(self.current_period_end)

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

    def renewal_paid(self, period: Period) -> SubscriptionChange:
        """Move on to the next period, now that it is paid for; the last of its cycles ends it."""
        if period.start != self.current_period_end:
            code = "period_out_of_order"
            raise ConflictError(code, f"The next period starts at {self.current_period_end}, not at {period.start}.")
        moved = self._paid()
        paid = SubscriptionChange(
            replace(
                moved.subscription,
                current_period_start=period.start,
                current_period_end=period.end,
                cycles_completed=self.cycles_completed + 1,
            ),
            moved.events,
        )
        if paid.subscription.has_reached_limit:
            return paid.followed_by(paid.subscription.reach_limit())
        return paid

    def renewal_failed(self) -> SubscriptionChange:
        """Take note that a charge was declined: recovery takes over what had been renewing; the period doesn't move."""
        if self.status in _IN_RECOVERY or self.status is SubscriptionStatus.INCOMPLETE:
            return self.told(EventType.SUBSCRIPTION_PAYMENT_FAILED)
        return self._moved(SubscriptionAction.RENEWAL_FAILED, EventType.SUBSCRIPTION_PAYMENT_FAILED)

    def cancel_now(self, now: Instant) -> SubscriptionChange:
        """End it, and the access it gave, at once."""
        change = self._moved(SubscriptionAction.CANCEL)
        ended = replace(change.subscription, cancel_at_period_end=False, canceled_at=now, access_ends_at=now)
        return SubscriptionChange(ended, change.events)

    def cancel_at_end(self, now: Instant) -> SubscriptionChange:
        """Let it end with the period that is paid for; where none is (incomplete, past due, unpaid), end it now."""
        if self.status in _IN_RECOVERY or self.status is SubscriptionStatus.INCOMPLETE:
            return self.cancel_now(now)
        return self._set_cancel_at_period_end(is_set=True)

    def keep(self) -> SubscriptionChange:
        """Take back a cancellation at the end of the period."""
        return self._set_cancel_at_period_end(is_set=False)

    def end_at_period(self) -> SubscriptionChange:
        """End it at the boundary it was to be canceled at."""
        change = self._moved(SubscriptionAction.CANCEL)
        boundary = self.current_period_end
        return SubscriptionChange(
            replace(change.subscription, canceled_at=boundary, access_ends_at=boundary), change.events
        )

    def reach_limit(self) -> SubscriptionChange:
        """End it after its last paid cycle; access lasts until the period does."""
        change = self._moved(SubscriptionAction.REACH_LIMIT)
        return SubscriptionChange(replace(change.subscription, access_ends_at=self.current_period_end), change.events)

    def expire_incomplete(self, now: Instant) -> SubscriptionChange:
        """Give up on a first payment that never came."""
        change = self._moved(SubscriptionAction.EXPIRE_INCOMPLETE)
        return SubscriptionChange(replace(change.subscription, access_ends_at=now), change.events)

    def _begun(self, *, trial_days: int, paid_until: Instant | None) -> SubscriptionChange:
        if paid_until is not None:
            return self._paid_until(paid_until)
        if trial_days:
            return self._on_trial(trial_days)
        return self.told(EventType.SUBSCRIPTION_CREATED)

    def _paid_until(self, end: Instant) -> SubscriptionChange:
        active = SubscriptionStateMachine.transition(self.status, SubscriptionAction.ACTIVATE)
        return replace(self, status=active.target, anchor=end, current_period_end=end).told(
            EventType.SUBSCRIPTION_CREATED, active.event
        )

    def _on_trial(self, trial_days: int) -> SubscriptionChange:
        trial = SubscriptionStateMachine.transition(self.status, SubscriptionAction.START_TRIAL)
        end = BillingCycle(self.anchor, self.zone, Cadence(Interval.DAY, trial_days)).boundary(1)
        return replace(self, status=trial.target, anchor=end, current_period_end=end, trial_ends_at=end).told(
            trial.event
        )

    def _paid(self) -> SubscriptionChange:
        if self.status is SubscriptionStatus.ACTIVE:
            return self.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS)
        action = SubscriptionAction.RECOVER if self.status in _IN_RECOVERY else SubscriptionAction.ACTIVATE
        return self._moved(action, EventType.SUBSCRIPTION_PAYMENT_SUCCESS)

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
