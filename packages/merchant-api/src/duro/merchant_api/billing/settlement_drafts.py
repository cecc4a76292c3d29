from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never, final

from whenever import Instant

from duro.billing import (
    Advance,
    ChangeSettlement,
    ChargeOutcome,
    EventType,
    KeepIncomplete,
    KeepTerms,
    MissedPeriods,
    OpenRecovery,
    PaidWithoutAdvance,
    PendingLine,
    Settlement,
    SettlementPlanner,
    Subscription,
    SubscriptionChange,
    VoidInvoice,
)
from duro.billing.recovery import BudgetRule, Rail
from duro.db.ledger import Postings
from duro.db.message_rows import Message
from duro.db.push_rows import IncomingPayment
from duro.db.records import (
    AttemptStatus,
    DunningEventId,
    DunningSchedule,
    DunningState,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    PaymentAttempt,
)
from duro.db.renewal_rows import CaseEnd, RenewalSettlement, RenewalSubject, SettlementSubject
from duro.kernel import Clock, DunningScheduleId, IdFactory, Money
from duro.merchant_api.billing.card_verdicts import CardVerdicts
from duro.merchant_api.billing.claim_drafts import CARD_RAIL
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.outcomes import RenewalOutcome
from duro.merchant_api.billing.paid_drafts import PaidDrafts, PaidWith
from duro.merchant_api.billing.returned_drafts import ReturnedDrafts
from duro.merchant_api.billing.returned_part import ReturnedPart
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.payments import Approved, Declined

AMOUNT_MISMATCH: Final = "amount_mismatch"


@final
class SettlementDrafts:
    """The rows that the outcome of a charge leads to, once what it means for the subscription is decided."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self.part = ReturnedPart(ids=ids, clock=clock)
        self._ids = ids
        self._events = EventRecords(ids)
        self._postings = Postings(ids=ids, clock=clock)
        self._messages = MessageDrafts(ids)
        self._paid = PaidDrafts(ids=ids, clock=clock)
        self._returned = ReturnedDrafts(ids=ids, clock=clock)
        self._verdicts = CardVerdicts.published()

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
        self,
        subscription: Subscription,
        invoice: Invoice,
        *,
        now: Instant,
        pending_lines: Sequence[PendingLine] = (),
        ceiling: BudgetRule | None = None,
    ) -> tuple[RenewalSettlement, RenewalOutcome]:
        """Settle an invoice without an attempt: nothing was left to pay, or nothing may be charged, maybe not yet."""
        outcome = ChargeOutcome.PAID if invoice.total.is_zero else ChargeOutcome.DECLINED
        planned = self._planned(subscription, invoice, outcome, pending_lines)
        settled, renewal = self._settle(planned, subscription, invoice, None, now=now)
        if ceiling is None or settled.schedule is None:
            return settled, renewal
        reason = f"Nothing was charged yet: the card's network allows only {ceiling.words}."
        return replace(settled, schedule=replace(settled.schedule, reason=reason)), renewal

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
            case Approved(fee=fee):
                subject = self._paid.owed_again(subject)
                attempt = self._paid.taken(subject, fee, now=now)
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
        if self._paid.is_in_vain(subject, outcome):
            settlement, renewal = self._paid.found_paid(subject, attempt)
        else:
            planned = self._planned(
                subject.subscription,
                subject.invoice,
                outcome,
                pending_lines,
                is_proration_recovered=subject.is_proration_recovered,
            )
            settlement, renewal = self._settle(
                planned,
                subject.subscription,
                subject.invoice,
                attempt,
                now=now,
                kept_credit=kept_credit,
                missed_periods=subject.missed_periods,
            )
            settlement = self._case_ended(settlement, subject.subscription, subject.invoice)
        settled = self._paid.with_surplus(settlement, attempt)
        return self._verdicts.told(settled, subject, attempt), renewal

    def approval_wanted(self, subject: SettlementSubject, *, now: Instant) -> Message:
        """Draft what a payer is told whose bank wants them to approve a charge that was made without them."""
        return self._messages.approval(subject.subscription, subject.invoice, subject.attempt, now=now)

    def received(
        self,
        subscription: Subscription,
        invoice: Invoice,
        payment: IncomingPayment,
        *,
        now: Instant,
        missed_periods: MissedPeriods | None = None,
        is_proration_recovered: bool = False,
    ) -> RenewalSettlement | None:
        """Settle an invoice that pushed money pays in full; None if nothing would be had for it.

        What the money itself posts is for the caller, who knows where the rest of it went.
        """
        is_next = invoice.period_start == subscription.current_period_end
        if invoice.kind is InvoiceKind.PERIOD and not is_next:
            return None
        planned = self._planned(
            subscription, invoice, ChargeOutcome.PAID, (), is_proration_recovered=is_proration_recovered
        )
        if not isinstance(planned, Advance):
            return None
        money = PaidWith(payment.id, payment.amount, payment.rail.value)
        paid = self._paid.advanced(planned.change, subscription, invoice, money, now=now, missed_periods=missed_periods)
        return self._case_ended(paid, subscription, invoice)

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
                money = self._paid.money(invoice, attempt)
                paid = self._paid.advanced(change, subscription, invoice, money, now=now, missed_periods=missed_periods)
                return paid, RenewalOutcome.CHARGED
            case OpenRecovery(change):
                drafted = self._declined(change, invoice, attempt, now=now)
                return replace(drafted, schedule=self._schedule(invoice, attempt, now=now)), RenewalOutcome.DUNNING
            case KeepIncomplete(change):
                return self._declined(change, invoice, attempt, now=now), RenewalOutcome.DUNNING
            case KeepTerms(change):
                declined = self._declined(change, invoice, attempt, now=now)
                return self._returned.voided(declined, invoice, kept_credit), RenewalOutcome.DUNNING
            case PaidWithoutAdvance():
                told = subscription.told(EventType.SUBSCRIPTION_PAYMENT_SUCCESS)
                paid = self._paid.paid(told, invoice, self._paid.money(invoice, attempt), now=now)
                return self._returned.given_back(paid, invoice, kept_credit, now=now), RenewalOutcome.CANCELED
            case VoidInvoice():
                ended = RenewalSettlement(subscription=subscription, attempt=attempt)
                return self._returned.voided(ended, invoice, kept_credit), RenewalOutcome.CANCELED
            case _:
                assert_never(planned)

    @staticmethod
    def _planned(
        subscription: Subscription,
        invoice: Invoice,
        outcome: ChargeOutcome,
        pending_lines: Sequence[PendingLine],
        *,
        is_proration_recovered: bool = False,
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
                return SettlementPlanner.proration(subscription, outcome, is_recovered=is_proration_recovered)
            case _:
                assert_never(invoice.kind)

    def _declined(
        self, change: SubscriptionChange, invoice: Invoice, attempt: PaymentAttempt | None, *, now: Instant
    ) -> RenewalSettlement:
        code = None if attempt is None else attempt.failure_code
        return RenewalSettlement(
            subscription=change.subscription,
            attempt=attempt,
            events=self._events.of(change, now=now, invoice=invoice, failure_code=code),
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
            category = self._verdicts.failure(attempt).category.value
            what = "renewal" if invoice.kind is InvoiceKind.PERIOD else "change of plan"
            reason = f"The {what} was declined: {(attempt.failure_message or '').rstrip('.')}."
        return DunningSchedule(
            id=self._ids.new(DunningScheduleId),
            invoice_id=invoice.id,
            subscription_id=invoice.subscription_id,
            state=DunningState.SCHEDULED,
            category=category,
            rail=CARD_RAIL if attempt is None else attempt.rail,
            attempts_made=0 if attempt is None else 1,
            next_attempt_at=None,
            reason=reason,
            opened_at=now,
            closed_at=None,
            amount=invoice.amount_remaining,
            wake_at=now,
        )
