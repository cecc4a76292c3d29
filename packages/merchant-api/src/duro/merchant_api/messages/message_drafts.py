from collections.abc import Sequence
from typing import Final, final

from whenever import Instant

from duro.billing import Subscription, SubscriptionStatus
from duro.billing.messages import MessageKind
from duro.billing.recovery import DunningAction
from duro.db.message_rows import Letters, Message, MessageFacts
from duro.db.push_rows import IncomingPayment
from duro.db.records import AttemptStatus, DunningSchedule, Initiator, Invoice, PaymentAttempt, PaymentMethod
from duro.db.recovery import CaseSubject
from duro.db.reminders import UpcomingRenewal
from duro.kernel import EntityId, IdFactory, MessageId, Money, PaymentRequestId
from duro.payments import FailureCodes

_APPROVAL_WANTED: Final = "1A"


@final
class MessageDrafts:
    """What payers are told of a change, as rows of that change's own transaction.

    The cause is the id of what happened: a job that runs again writes no second message.
    """

    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids
        self._codes = FailureCodes.bundled()

    def welcomed(self, subscription: Subscription, *, now: Instant) -> Message:
        """Tell that a subscription has begun, what it costs if only the terms decide that, and what is next."""
        is_usual = subscription.promotion is None
        facts = MessageFacts(
            amount=subscription.terms.amount.times(subscription.quantity) if is_usual else None,
            next_attempt_at=subscription.current_period_end,
        )
        kind, cause = MessageKind.WELCOME, subscription.id
        return self._message(kind, cause, subscription, invoice=None, facts=facts, now=now)

    def paid(
        self, subscription: Subscription, invoice: Invoice, *, payment: EntityId, amount: Money, now: Instant
    ) -> tuple[Message, ...]:
        """Tell of money that paid an invoice; the settlement keeps the second one only if a case was won by it.

        The subscription is as it stands after the payment, the invoice as it was before.
        """
        is_going_on = not subscription.is_terminal and not subscription.cancel_at_period_end
        facts = MessageFacts(
            amount=amount,
            next_attempt_at=subscription.current_period_end if is_going_on else None,
        )
        return tuple(
            self._message(kind, payment, subscription, invoice=invoice, facts=facts, now=now)
            for kind in (MessageKind.RECEIPT, MessageKind.PAYMENT_RECOVERED)
        )

    def received(
        self, subscription: Subscription, payment: IncomingPayment, *, now: Instant, owed: Money | None = None
    ) -> Message:
        """Tell of pushed money that paid no invoice in full: a part of one, of which so much is owed, or credit."""
        facts = MessageFacts(amount=payment.amount, owed=owed)
        return self._message(MessageKind.RECEIPT, payment.id, subscription, invoice=None, facts=facts, now=now)

    def pushed(
        self,
        subscription: Subscription,
        invoice: Invoice,
        attempts: Sequence[PaymentAttempt],
        *,
        request: PaymentRequestId,
        asked_before: int,
        before: Letters,
        is_last: bool,
        how: str,
        now: Instant,
    ) -> Message:
        """Tell how to push what remains of an invoice, and why it is asked for; each rail is one message further on."""
        declined = [attempt for attempt in attempts if attempt.status is AttemptStatus.FAILED]
        why = self._words(declined[-1]) if declined else ""
        facts = MessageFacts(amount=invoice.amount_remaining, reason=f"{why} {how}".strip())
        kind = before.next(max(1, len(declined)) + asked_before, is_last=is_last)
        return self._message(kind, request, subscription, invoice=invoice, facts=facts, now=now)

    def asked(
        self,
        subject: CaseSubject,
        schedule: DunningSchedule,
        attempts: Sequence[PaymentAttempt],
        *,
        reminders: int,
        asked_before: int,
        before: Letters,
        is_last: bool,
        now: Instant,
    ) -> tuple[Message, ...]:
        """Tell what was decided after the last declined try of an invoice: what we will do, or what we need.

        A reminder is one message further on for the same try, as is each rail that was asked for; where we try again
        ourselves none is repeated. Without any try the case itself is the cause. Whose bank has just asked them for
        their approval isn't sent a link for it at once.
        """
        invoice = subject.invoice
        declined = [
            attempt
            for attempt in attempts
            if attempt.invoice_id == invoice.id and attempt.status is AttemptStatus.FAILED
        ]
        last = declined[-1] if declined else None
        repeats = asked_before + reminders
        is_repeated = repeats > 0 and schedule.next_attempt_at is None
        cause = f"{schedule.id if last is None else last.id}{f'+{repeats}' if is_repeated else ''}"
        is_approval = schedule.action is DunningAction.REQUEST_AUTHENTICATION and not reminders
        is_approving = is_approval and last is not None and last.initiator is Initiator.PAYER
        is_told = cause in before.kinds and (is_repeated or not repeats) and not is_approval
        if is_approving or is_told:
            return ()
        kind = before.next(max(1, len(declined)) + repeats, is_last=is_last)
        facts = MessageFacts(
            amount=invoice.amount_remaining,
            reason=" ".join(("" if last is None else self._words(last), self._approval(subject.method))).strip(),
            next_attempt_at=schedule.next_attempt_at,
        )
        told = self._message(
            MessageKind.AUTHENTICATION_LINK if is_approval else kind,
            cause,
            subject.subscription,
            invoice=invoice,
            facts=facts,
            now=now,
        )
        return (told,)

    def approval(
        self, subscription: Subscription, invoice: Invoice, attempt: PaymentAttempt, *, now: Instant
    ) -> Message:
        """Tell that a bank holds a charge until its customer approves it; should that be declined, they know it."""
        words = self._codes.find(provider=attempt.provider, code=_APPROVAL_WANTED).payer_words
        facts = MessageFacts(amount=attempt.amount, reason=words)
        return self._message(
            MessageKind.AUTHENTICATION_LINK, attempt.id, subscription, invoice=invoice, facts=facts, now=now
        )

    def announced(self, renewal: UpcomingRenewal, *, now: Instant) -> Message:
        """Tell that the saved card won't do for the next payment, that a trial ends, or just that the payment is near.

        The amount is named where nothing but the terms decides it, and there is one.
        """
        subscription = renewal.subscription
        is_certain = (
            not renewal.has_other_lines
            and subscription.promotion is None
            and subscription.scheduled_change is None
            and subscription.balance.is_zero
        )
        amount = subscription.terms.amount.times(subscription.quantity)
        is_trial = subscription.status is SubscriptionStatus.TRIALING
        ordinary = MessageKind.TRIAL_ENDING if is_trial else MessageKind.RENEWAL_REMINDER
        is_free = is_certain and amount.is_zero
        kind = MessageKind.CARD_EXPIRING if renewal.has_card_expired and not is_free else ordinary
        facts = MessageFacts(
            amount=amount if is_certain and not is_free else None,
            next_attempt_at=subscription.current_period_end,
        )
        return self._message(kind, renewal.cause, subscription, invoice=None, facts=facts, now=now)

    def ended(self, subscription: Subscription, *, now: Instant) -> tuple[Message, ...]:
        """Tell that nothing more is charged for a subscription, if it was canceled; a plan that has run out says so."""
        if subscription.status is not SubscriptionStatus.CANCELED:
            return ()
        facts, kind = MessageFacts(), MessageKind.CANCELLATION
        return (self._message(kind, subscription.id, subscription, invoice=None, facts=facts, now=now),)

    @staticmethod
    def _approval(method: PaymentMethod | None) -> str:
        transfer = None if method is None or method.mandate is None else method.mandate.activation
        return "" if transfer is None else transfer.words

    def _words(self, attempt: PaymentAttempt) -> str:
        return self._codes.find(provider=attempt.provider, code=attempt.failure_code or "").payer_words

    def _message(
        self,
        kind: MessageKind,
        cause: EntityId | str,
        subscription: Subscription,
        *,
        invoice: Invoice | None,
        facts: MessageFacts,
        now: Instant,
    ) -> Message:
        return Message(
            id=self._ids.new(MessageId),
            kind=kind,
            cause=str(cause),
            customer_id=subscription.customer_id,
            subscription_id=subscription.id,
            invoice_id=None if invoice is None else invoice.id,
            facts=facts,
            send_at=now,
            created_at=now,
        )
