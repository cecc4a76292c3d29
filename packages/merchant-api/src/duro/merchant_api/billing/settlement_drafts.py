from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never, final

from whenever import Instant

from duro.billing import (
    Advance,
    ChangeSettlement,
    ChargeOutcome,
    EventType,
    FailureCategory,
    KeepIncomplete,
    KeepTerms,
    MissedPeriods,
    MissedPeriodsPlanner,
    OpenRecovery,
    PaidWithoutAdvance,
    PendingLine,
    Settlement,
    SettlementPlanner,
    SkipMissed,
    Subscription,
    SubscriptionChange,
    VoidInvoice,
)
from duro.billing.recovery import Network, PublishedBudget, Rail, Standing
from duro.db.credit_rows import CreditGrant
from duro.db.ledger import Postings
from duro.db.push_rows import IncomingPayment
from duro.db.records import (
    AttemptStatus,
    DunningEventId,
    DunningSchedule,
    DunningState,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Journal,
    PaymentAttempt,
    Refund,
    RefundStatus,
)
from duro.db.renewal_rows import CaseEnd, RenewalSettlement, RenewalSubject, SettlementSubject
from duro.kernel import Clock, CreditGrantId, DunningScheduleId, EntityId, IdFactory, Money, PaymentMethodId, RefundId
from duro.merchant_api.billing.claim_drafts import CARD_RAIL
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.payments import Approved, Declined, FailureCodes

CANCELED_IN_FLIGHT: Final = "canceled_in_flight"
AMOUNT_MISMATCH: Final = "amount_mismatch"


@final
@dataclass(frozen=True, slots=True)
class PaidWith:
    """The money that pays an invoice: what it is called, how it came, and what it posts; a charge's has an attempt."""

    payment: EntityId
    amount: Money
    rail: str
    journals: tuple[Journal, ...] = ()
    attempt: PaymentAttempt | None = None


@final
class SettlementDrafts:
    """The rows that the outcome of a charge leads to, once what it means for the subscription is decided."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._ids = ids
        self._events = EventRecords(ids)
        self._postings = Postings(ids=ids, clock=clock)
        self._messages = MessageDrafts(ids)
        self._failure_codes = FailureCodes.bundled()
        self._budget = PublishedBudget().budget()

    def ending(self, change: SubscriptionChange, subject: RenewalSubject, *, now: Instant) -> RenewalSettlement:
        """Draft the end of a subscription that has nothing to pay; credits that waited for an invoice are its own."""
        kept = change.subscription.balance - subject.subscription.balance
        journal = self._postings.credit_at_end(change.subscription.id, kept)
        return RenewalSettlement(
            subscription=change.subscription,
            journals=() if journal is None else (journal,),
            events=self._events.of(change, now=now),
            lapsed_at=now,
            messages=self._messages.ended(change.subscription, now=now),
        )

    def uncollected(
        self, subscription: Subscription, invoice: Invoice, *, now: Instant, pending_lines: Sequence[PendingLine] = ()
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Settle an invoice without an attempt: nothing was left to pay, or there is no method to charge."""
        outcome = ChargeOutcome.PAID if invoice.total.is_zero else ChargeOutcome.DECLINED
        planned = self._planned(subscription, invoice, outcome, pending_lines)
        return self._settle(planned, subscription, invoice, None, now=now)

    def charged(
        self,
        subject: SettlementSubject,
        answer: Approved | Declined,
        *,
        now: Instant,
        kept_credit: Money | None = None,
        pending_lines: Sequence[PendingLine] = (),
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Settle a pending attempt by the provider's answer; an approval of another amount goes to review.

        The kept credit is what lines that the invoice took up had given off it: it is the payer's if that is voided.
        The pending lines still wait for an invoice after it.
        """
        match answer:
            case Approved(amount=amount) if amount != subject.attempt.amount:
                return self.in_review(subject, code=AMOUNT_MISMATCH, message=f"The provider took {amount}.", now=now)
            case Approved():
                attempt = self._taken(subject, now=now)
                outcome = ChargeOutcome.PAID
            case Declined(code, message, advice):
                attempt = replace(
                    subject.attempt,
                    status=AttemptStatus.FAILED,
                    failure_code=code,
                    failure_message=message,
                    advice_code=advice,
                    settled_at=now,
                )
                outcome = ChargeOutcome.DECLINED
            case _:
                assert_never(answer)
        if subject.invoice.status is InvoiceStatus.PAID:
            found, renewal = self._found_paid(subject, attempt)
            return replace(found, barred=self._barred(subject, attempt)), renewal
        planned = self._planned(subject.subscription, subject.invoice, outcome, pending_lines)
        settlement, renewal = self._settle(
            planned,
            subject.subscription,
            subject.invoice,
            attempt,
            now=now,
            kept_credit=kept_credit,
            missed_periods=subject.missed_periods,
        )
        ended = self._case_ended(settlement, subject.subscription, subject.invoice)
        settled = self._with_surplus(ended, attempt)
        return replace(settled, barred=self._barred(subject, attempt)), renewal

    def received(
        self,
        subscription: Subscription,
        invoice: Invoice,
        payment: IncomingPayment,
        *,
        now: Instant,
        missed_periods: MissedPeriods | None = None,
    ) -> RenewalSettlement | None:
        """Settle an invoice that pushed money pays in full; None if nothing would be had for it.

        What the money itself posts is for the caller, who knows where the rest of it went.
        """
        is_next = invoice.period_start == subscription.current_period_end
        if invoice.kind is InvoiceKind.PERIOD and not is_next:
            return None
        planned = self._planned(subscription, invoice, ChargeOutcome.PAID, ())
        if not isinstance(planned, Advance):
            return None
        money = PaidWith(payment.id, payment.amount, payment.rail.value)
        paid = self._advanced(planned.change, subscription, invoice, money, now=now, missed_periods=missed_periods)
        return self._case_ended(paid, subscription, invoice)

    def _barred(self, subject: SettlementSubject, attempt: PaymentAttempt) -> PaymentMethodId | None:
        """Name a method that may never be charged again, for a renewal neither: its bank, network or payer said so.

        What is too much for it this time says nothing of another amount.
        """
        if attempt.status is not AttemptStatus.FAILED:
            return None
        failure = self._failure_codes.find(provider=attempt.provider, code=attempt.failure_code or "")
        advice = self._budget.advised(attempt.advice_code, at=attempt.created_at)
        network = Network.of_brand(subject.brand)
        is_too_much = failure.category is FailureCategory.LIMIT_EXCEEDED
        is_final = Standing.is_final(failure, advice, network) and not is_too_much
        return attempt.payment_method_id if is_final or Standing.is_stopped(failure, advice) else None

    def _taken(self, subject: SettlementSubject, *, now: Instant) -> PaymentAttempt:
        """Take note of a charge's success; what other money left it nothing to pay for is credit."""
        surplus = subject.attempt.amount - subject.invoice.amount_remaining
        credited = surplus if surplus.amount > 0 else None
        return replace(subject.attempt, status=AttemptStatus.SUCCEEDED, settled_at=now, credited=credited)

    def _found_paid(
        self, subject: SettlementSubject, attempt: PaymentAttempt
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Settle a charge whose invoice other money has paid meanwhile: all that it took is the payer's credit."""
        settlement = RenewalSettlement(subscription=subject.subscription, attempt=attempt)
        if attempt.credited is None:
            return settlement, RenewalOutcome.DUNNING
        journal = self._postings.payment(attempt, remaining=subject.invoice.amount_remaining)
        settlement = replace(settlement, journals=(journal,))
        return self._with_surplus(settlement, attempt), RenewalOutcome.CHARGED

    @staticmethod
    def _with_surplus(settlement: RenewalSettlement, attempt: PaymentAttempt) -> RenewalSettlement:
        if attempt.credited is None:
            return settlement
        return replace(settlement, subscription=settlement.subscription.credited(attempt.credited))

    def in_review(
        self, subject: SettlementSubject, *, code: str, message: str, now: Instant
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Hand an attempt to a person: nothing moves and nothing is charged again until they decide."""
        attempt = replace(
            subject.attempt, status=AttemptStatus.REVIEW, failure_code=code, failure_message=message, settled_at=now
        )
        return RenewalSettlement(subscription=subject.subscription, attempt=attempt), RenewalOutcome.PENDING

    def _settle(
        self,
        planned: Settlement | ChangeSettlement,
        subscription: Subscription,
        invoice: Invoice,
        attempt: PaymentAttempt | None,
        *,
        now: Instant,
        kept_credit: Money | None = None,
        missed_periods: MissedPeriods | None = None,
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        match planned:
            case Advance(change):
                money = self._money(invoice, attempt)
                paid = self._advanced(change, subscription, invoice, money, now=now, missed_periods=missed_periods)
                return paid, RenewalOutcome.CHARGED
            case OpenRecovery(change):
                drafted = self._declined(change, invoice, attempt, now=now)
                return replace(drafted, schedule=self._schedule(invoice, attempt, now=now)), RenewalOutcome.DUNNING
            case KeepIncomplete(change):
                return self._declined(change, invoice, attempt, now=now), RenewalOutcome.DUNNING
            case KeepTerms(change):
                declined = self._declined(change, invoice, attempt, now=now)
                return self._voided(declined, invoice, kept_credit, now=now), RenewalOutcome.DUNNING
            case PaidWithoutAdvance():
                told = subscription.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS)
                paid = self._paid(told, invoice, self._money(invoice, attempt), now=now)
                returned = self._given_back(paid, now=now)
                return self._credit_returned(returned, invoice, kept_credit, now=now), RenewalOutcome.CANCELED
            case VoidInvoice():
                ended = RenewalSettlement(subscription=subscription, attempt=attempt)
                return self._voided(ended, invoice, kept_credit, now=now), RenewalOutcome.CANCELED
            case _:
                assert_never(planned)

    @staticmethod
    def _planned(
        subscription: Subscription, invoice: Invoice, outcome: ChargeOutcome, pending_lines: Sequence[PendingLine]
    ) -> Settlement | ChangeSettlement:
        match invoice.kind:
            case InvoiceKind.PERIOD:
                return SettlementPlanner.plan(
                    subscription, invoice.period, outcome, invoice.plan_change, invoice.promo_code_id
                )
            case InvoiceKind.PLAN_CHANGE:
                return SettlementPlanner.plan_change(
                    subscription,
                    invoice.required_change,
                    invoice.period,
                    outcome,
                    invoice.promo_code_id,
                    pending_lines=pending_lines,
                )
            case InvoiceKind.PRORATION:
                return SettlementPlanner.proration(subscription, outcome)
            case _:
                assert_never(invoice.kind)

    def _money(self, invoice: Invoice, attempt: PaymentAttempt | None) -> PaidWith | None:
        if attempt is None:
            return None
        journal = self._postings.payment(attempt, remaining=invoice.amount_remaining)
        return PaidWith(attempt.id, attempt.amount, attempt.rail, (journal,), attempt)

    def _advanced(
        self,
        change: SubscriptionChange,
        subscription: Subscription,
        invoice: Invoice,
        money: PaidWith | None,
        *,
        now: Instant,
        missed_periods: MissedPeriods | None,
    ) -> RenewalSettlement:
        """Draft that an invoice is paid and what follows: the end of the plan, periods left out, a receipt."""
        paid = self._paid(change, invoice, money, now=now)
        kept_at_end = change.subscription.balance - subscription.balance
        paid = self._ended(paid, self._postings.credit_at_end(subscription.id, kept_at_end))
        is_behind = subscription.is_in_recovery or subscription.renews_from is not None
        if is_behind and invoice.kind is InvoiceKind.PERIOD:
            paid = self._caught_up(paid, missed_periods, now=now)
        if money is None:
            return paid
        told = self._messages.paid(paid.subscription, invoice, payment=money.payment, amount=money.amount, now=now)
        return replace(paid, messages=told)

    def _paid(
        self, change: SubscriptionChange, invoice: Invoice, money: PaidWith | None, *, now: Instant
    ) -> RenewalSettlement:
        paid = replace(
            invoice,
            status=InvoiceStatus.PAID,
            amount_paid=invoice.total,
            paid_at=now,
            rail=None if money is None else money.rail,
        )
        return RenewalSettlement(
            subscription=change.subscription,
            invoice=paid,
            attempt=None if money is None else money.attempt,
            journals=self._payment(invoice, money),
            events=self._events.of(change, now=now, invoice=paid),
            lapsed_at=now if change.subscription.is_terminal else None,
        )

    @staticmethod
    def _ended(paid: RenewalSettlement, journal: Journal | None) -> RenewalSettlement:
        return paid if journal is None else replace(paid, journals=(*paid.journals, journal))

    def _caught_up(
        self, recovered: RenewalSettlement, chosen: MissedPeriods | None, *, now: Instant
    ) -> RenewalSettlement:
        """Leave out the periods that went by while the payer owed, where the merchant wants that or it is usual.

        Where they are to be billed, the scanner has them renewed one by one, oldest first, a day apart.
        """
        policy = chosen or MissedPeriods.usual_for(recovered.subscription.terms.cadence)
        missed = MissedPeriodsPlanner.plan(recovered.subscription, policy, now)
        if not isinstance(missed, SkipMissed):
            return replace(recovered, subscription=MissedPeriodsPlanner.paced(recovered.subscription, policy, now))
        events = self._events.of(missed.change, now=now, skipped_periods=missed.skipped_periods)
        return replace(recovered, subscription=missed.change.subscription, events=(*recovered.events, *events))

    def _payment(self, invoice: Invoice, money: PaidWith | None) -> tuple[Journal, ...]:
        if money is None:
            return ()
        if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
            return self._postings.uncollectible_recovered(invoice), *money.journals
        return money.journals

    def _declined(
        self, change: SubscriptionChange, invoice: Invoice, attempt: PaymentAttempt | None, *, now: Instant
    ) -> RenewalSettlement:
        code = None if attempt is None else attempt.failure_code
        return RenewalSettlement(
            subscription=change.subscription,
            attempt=attempt,
            events=self._events.of(change, now=now, invoice=invoice, failure_code=code),
        )

    def _voided(
        self, settlement: RenewalSettlement, invoice: Invoice, kept_credit: Money | None, *, now: Instant
    ) -> RenewalSettlement:
        if not invoice.amount_paid.is_zero:
            return self._written_off(settlement, invoice, now=now)
        kept = Money.zero(invoice.currency) if kept_credit is None else kept_credit
        reversal = self._postings.void(invoice, kept_credit=kept)
        return replace(
            settlement,
            subscription=settlement.subscription.credited(invoice.credit_held + kept),
            invoice=replace(invoice, status=InvoiceStatus.VOID),
            journals=() if reversal is None else (reversal,),
        )

    def _written_off(self, settlement: RenewalSettlement, invoice: Invoice, *, now: Instant) -> RenewalSettlement:
        """Give up what is left of an invoice that money has come for: it can't be taken back any more."""
        if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
            return settlement
        given_up = replace(invoice, status=InvoiceStatus.UNCOLLECTIBLE, marked_uncollectible_at=now)
        journal = self._postings.uncollectible(invoice)
        return replace(
            settlement,
            subscription=settlement.subscription.credited(invoice.credit_held),
            invoice=given_up,
            journals=() if journal is None else (journal,),
        )

    def _given_back(self, paid: RenewalSettlement, *, now: Instant) -> RenewalSettlement:
        if paid.attempt is None:
            return paid
        refund = Refund(
            id=self._ids.new(RefundId),
            attempt_id=paid.attempt.id,
            invoice_id=paid.attempt.invoice_id,
            status=RefundStatus.PENDING,
            amount=paid.attempt.amount_allocated,
            reason=CANCELED_IN_FLIGHT,
            claimed_until=now,
            created_at=now,
            settled_at=None,
        )
        return replace(paid, refund=refund, journals=(*paid.journals, self._postings.refund_claimed(refund)))

    def _credit_returned(
        self, given_back: RenewalSettlement, invoice: Invoice, kept_credit: Money | None, *, now: Instant
    ) -> RenewalSettlement:
        credit = invoice.credit_held if kept_credit is None else invoice.credit_held + kept_credit
        if credit.is_zero:
            return given_back
        grant = CreditGrant(
            id=self._ids.new(CreditGrantId),
            subscription_id=invoice.subscription_id,
            invoice_id=invoice.id,
            amount=credit,
            reason=CANCELED_IN_FLIGHT,
            created_at=now,
        )
        return replace(
            given_back,
            subscription=given_back.subscription.credited(credit),
            grant=grant,
            journals=(*given_back.journals, self._postings.credit_granted(grant)),
        )

    def _case_ended(self, settlement: RenewalSettlement, before: Subscription, invoice: Invoice) -> RenewalSettlement:
        """Say how the invoice's case ends, if it may have one: a subscription that renews owes for no period."""
        settled = settlement.invoice
        if settled is None or (invoice.kind is InvoiceKind.PERIOD and before.is_renewing):
            return settlement
        if settled.status is InvoiceStatus.PAID and settled.rail is not None:
            reason = f"Paid by {Rail(settled.rail).words}"
        elif settled.status is InvoiceStatus.VOID:
            reason = "The invoice was voided, so nothing is owed for it"
        else:
            return settlement
        return replace(settlement, case_end=CaseEnd(self._ids.new(DunningEventId), invoice.id, reason))

    def _schedule(self, invoice: Invoice, attempt: PaymentAttempt | None, *, now: Instant) -> DunningSchedule:
        if attempt is None:
            category, reason = None, "There is no saved method to charge."
        else:
            category = self._failure_codes.category_of(provider=attempt.provider, code=attempt.failure_code or "").value
            what = "renewal" if invoice.kind is InvoiceKind.PERIOD else "change of plan"
            reason = f"The {what} was declined: {(attempt.failure_message or '').rstrip('.')}."
        return DunningSchedule(
            id=self._ids.new(DunningScheduleId),
            invoice_id=invoice.id,
            subscription_id=invoice.subscription_id,
            state=DunningState.SCHEDULED,
            category=category,
            rail=CARD_RAIL,
            attempts_made=0 if attempt is None else 1,
            next_attempt_at=None,
            reason=reason,
            opened_at=now,
            closed_at=None,
            amount=invoice.amount_remaining,
            wake_at=now,
        )
