from dataclasses import dataclass, replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import EventType, Subscription, SubscriptionChange
from duro.billing.recovery import DunningAction, DunningDecision, DunningSettings, Escalation, Rail
from duro.db.ledger import Postings
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.db.records import (
    AttemptStatus,
    DunningEvent,
    DunningEventKind,
    DunningSchedule,
    DunningState,
    Initiator,
    InvoiceKind,
    InvoiceStatus,
    PaymentAttempt,
)
from duro.db.recovery import CaseSubject
from duro.db.renewal_rows import RenewalSettlement
from duro.kernel import Clock, IdFactory, PaymentAttemptId, PaymentMethodId, PaymentRequestId
from duro.merchant_api.billing.case_events import CaseEvents
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.owed_again import OwedAgain
from duro.merchant_api.billing.returned_part import ReturnedPart
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.pushed.request_order import RequestOrder

_REST: Final = TimeDelta(hours=24)
LAST_LOOK: Final = "last_look"
_LAST_LOOK_TAKES: Final = TimeDelta(minutes=2)
_REQUEST_LIFE: Final = TimeDelta(hours=72)
TRIES: Final = frozenset({DunningAction.RETRY, DunningAction.RETRY_PAYDAY})


@final
@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case as it stands after a decision, what happened to it, and what that does to the rows around it.

    Nothing happened to one that goes on resting.
    """

    schedule: DunningSchedule
    event: DunningEvent | None
    settlement: RenewalSettlement | None = None


@final
class CaseDrafts:
    """The rows that a decision about a recovery case leads to."""

    def __init__(self, *, ids: IdFactory, clock: Clock, lease: TimeDelta) -> None:
        self.part = ReturnedPart(ids=ids, clock=clock)
        self._ids = ids
        self._lease = lease
        self._cases = CaseEvents(ids)
        self._events = EventRecords(ids)
        self._postings = Postings(ids=ids, clock=clock)
        self._messages = MessageDrafts(ids)

    def decided(
        self,
        subject: CaseSubject,
        decision: DunningDecision,
        *,
        deadline: Instant,
        settings: DunningSettings,
        now: Instant,
    ) -> DecidedCase:
        """Draft what the decision says: a try to come, a wait for the payer, or the end of the case."""
        told = replace(
            subject.schedule,
            action=decision.action,
            cause=decision.cause.value,
            reason=decision.reason,
            rail=subject.schedule.rail if decision.rail is None else decision.rail.value,
            deadline_at=deadline,
            next_attempt_at=decision.next_attempt_at,
        )
        if decision.instrument_key is not None:
            told = replace(told, payment_method_id=PaymentMethodId.parse(decision.instrument_key))
        if decision.action is DunningAction.EXHAUST:
            over = replace(told, state=DunningState.EXHAUSTED, wake_at=None, next_attempt_at=None, closed_at=now)
            settlement = self._given_up(subject, settings.escalation, now=now)
            return DecidedCase(over, self._cases.of(over, DunningEventKind.EXHAUSTED, now=now), settlement)
        if self.asks_to_push(decision, now=now):
            wake_at = min(now + settings.push_patience, deadline)
            return self._asked(subject, replace(told, next_attempt_at=None), decision, wake_at=wake_at, now=now)
        if decision.next_attempt_at is not None:
            planned = replace(told, state=DunningState.SCHEDULED, wake_at=self._wakes(decision, deadline))
            return DecidedCase(planned, self._cases.of(planned, DunningEventKind.DECIDED, now=now))
        return self._asked(subject, told, decision, wake_at=self._wakes(decision, deadline), now=now)

    def _asked(
        self, subject: CaseSubject, told: DunningSchedule, decision: DunningDecision, *, wake_at: Instant, now: Instant
    ) -> DecidedCase:
        """Draft that it is the payer's turn; the merchant is told when they are asked for something new."""
        asked = replace(told, state=DunningState.AWAITING_CUSTOMER, wake_at=wake_at)
        event = self._cases.of(asked, DunningEventKind.ASKED, now=now)
        if self._was_asked(subject.schedule, decision):
            return DecidedCase(asked, event)
        change = subject.subscription.told(EventType.SUBSCRIPTION_PAYMENT_ACTION_REQUIRED)
        return DecidedCase(
            asked,
            event,
            RenewalSettlement(
                subscription=change.subscription, events=self._events.of(change, now=now, invoice=subject.invoice)
            ),
        )

    @staticmethod
    def _wakes(decision: DunningDecision, deadline: Instant) -> Instant:
        """Say when to look at the case again: to try, to remind its payer, or to end it."""
        return min(at for at in (decision.next_attempt_at, decision.remind_at, deadline) if at is not None)

    @staticmethod
    def _was_asked(schedule: DunningSchedule, decision: DunningDecision) -> bool:
        """Say whether the payer is asked for the same thing as before: they are reminded, and nobody else is told."""
        was_asked = schedule.state is DunningState.AWAITING_CUSTOMER
        is_same_rail = decision.rail is None or decision.rail == schedule.rail
        return was_asked and is_same_rail and (schedule.action, schedule.cause) == (decision.action, decision.cause)

    @staticmethod
    def is_try(schedule: DunningSchedule) -> bool:
        """Say whether a charge is planned: of the method that a case has, or of the mandate that it switched to."""
        is_switch = schedule.action is DunningAction.SWITCH_RAIL and Rail(schedule.rail or Rail.CARD).is_pull
        return schedule.action in TRIES or is_switch

    @staticmethod
    def asks_to_push(decision: DunningDecision, *, now: Instant) -> bool:
        """Say whether the payer is asked now for money on a rail that nothing can be charged on."""
        is_push = decision.action is DunningAction.SWITCH_RAIL and decision.rail is not None and decision.rail.is_push
        return is_push and decision.next_attempt_at is not None and decision.next_attempt_at <= now

    def request(
        self,
        subject: CaseSubject,
        rail: Rail,
        *,
        provider: str,
        now: Instant,
        initiator: Initiator = Initiator.SCHEDULE,
    ) -> RequestOrder:
        """Draft the request to push what remains of the case's invoice.

        Its provider is asked to keep it open for as long as the case waits for the money and a day more, since its
        payer may be told a day later; on a test clock, which no provider knows, for as long as it usually does.
        """
        lives_on = subject.subscription.test_clock_id is None
        request = PaymentRequest(
            id=self._ids.new(PaymentRequestId),
            invoice_id=subject.invoice.id,
            subscription_id=subject.subscription.id,
            provider=provider,
            rail=rail,
            status=PaymentRequestStatus.OPENING,
            amount=OwedAgain.asked_for(subject.subscription, subject.invoice),
            look_at=now + self._lease,
            expires_at=now + _REQUEST_LIFE if lives_on else None,
            created_at=now,
            initiator=initiator,
        )
        return RequestOrder.of(request, customer_email=subject.customer_email, phone=subject.customer_phone)

    def looked_once_more(self, schedule: DunningSchedule, *, now: Instant) -> DecidedCase:
        """Draft that the provider is asked once more whether the money was pushed, before the case is given up."""
        return DecidedCase(
            replace(schedule, cause=LAST_LOOK, next_attempt_at=None, wake_at=now + _LAST_LOOK_TAKES), None
        )

    def rested(self, schedule: DunningSchedule, *, deadline: Instant, now: Instant) -> DecidedCase:
        """Draft that nothing is tried by itself: the merchant tries, or the payer pays, before the deadline.

        It is looked at again every day, since the merchant may change their mind.
        """
        resting = replace(
            schedule,
            state=DunningState.AWAITING_CUSTOMER,
            action=DunningAction.AWAIT_CUSTOMER,
            cause=None,
            next_attempt_at=None,
            deadline_at=deadline,
            wake_at=min(now + _REST, deadline),
            reason="The merchant tries failed charges again by hand.",
        )
        is_news = resting.reason != schedule.reason
        return DecidedCase(resting, self._cases.of(resting, DunningEventKind.DECIDED, now=now) if is_news else None)

    def tried(self, schedule: DunningSchedule, *, now: Instant) -> DecidedCase:
        """Draft the try that had been planned."""
        return DecidedCase(schedule, self._cases.of(schedule, DunningEventKind.TRIED, now=now))

    def attempt(self, subject: CaseSubject, schedule: DunningSchedule, *, now: Instant) -> PaymentAttempt:
        """Draft the charge of the case's saved method for what remains of its invoice."""
        method = subject.method
        if method is None:
            message = "An attempt needs a saved method."
            raise ValueError(message)
        return PaymentAttempt(
            id=self._ids.new(PaymentAttemptId),
            invoice_id=subject.invoice.id,
            subscription_id=subject.subscription.id,
            payment_method_id=method.id,
            provider=method.provider,
            rail=method.rail.value,
            status=AttemptStatus.PENDING,
            amount=subject.invoice.amount_remaining,
            reason=schedule.reason,
            failure_code=None,
            failure_message=None,
            advice_code=None,
            claimed_until=now + self._lease,
            created_at=now,
            settled_at=None,
        )

    def _given_up(self, subject: CaseSubject, escalation: Escalation, *, now: Instant) -> RenewalSettlement:
        """Nobody tries any more: the invoice is uncollectible, and its credit is the payer's again."""
        invoice = replace(subject.invoice, status=InvoiceStatus.UNCOLLECTIBLE, marked_uncollectible_at=now)
        journal = self._postings.uncollectible(subject.invoice)
        change = self._escalated(subject, escalation, now=now)
        return RenewalSettlement(
            subscription=change.subscription.credited(subject.invoice.credit_applied),
            invoice=invoice,
            journals=() if journal is None else (journal,),
            events=self._events.of(change, now=now, invoice=invoice),
            lapsed_at=now if change.subscription.is_terminal else None,
            messages=self._messages.ended(change.subscription, now=now),
        )

    @staticmethod
    def _escalated(subject: CaseSubject, escalation: Escalation, *, now: Instant) -> SubscriptionChange:
        subscription: Subscription = subject.subscription
        if subject.invoice.kind is not InvoiceKind.PERIOD or not subscription.is_past_due:
            return subscription.told()
        if escalation is Escalation.CANCEL:
            return subscription.cancel_now(now)
        return subscription.dunning_exhausted()
