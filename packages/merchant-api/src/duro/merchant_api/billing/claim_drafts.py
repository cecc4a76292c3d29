from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import Bill
from duro.db.ledger import Postings
from duro.db.records import AttemptStatus, Invoice, InvoiceKind, InvoiceStatus, PaymentAttempt, StoredPendingLine
from duro.db.renewal_rows import RenewalClaim, RenewalSubject
from duro.kernel import Clock, IdFactory, InvoiceId, Money, PaymentAttemptId, PendingLineId
from duro.merchant_api.billing.event_records import EventRecords

CARD_RAIL: Final = "card"


@final
class ClaimDrafts:
    """The rows a claim will write for a bill: invoice, attempt, journal and events."""

    def __init__(self, *, ids: IdFactory, clock: Clock, lease: TimeDelta) -> None:
        self._ids = ids
        self._lease = lease
        self._events = EventRecords(ids)
        self._postings = Postings(ids=ids, clock=clock)

    def draft(self, subject: RenewalSubject, bill: Bill, *, now: Instant) -> RenewalClaim:
        """Draft the whole claim; without a total, or a saved method that can pay it, there is no attempt."""
        invoice = self._invoice(subject, bill, now=now)
        subscription_id, carried = subject.subscription.id, bill.carried
        is_payable = subject.instrument is not None and subject.instrument.can_pay(invoice.total)
        return RenewalClaim(
            subscription=bill.change.subscription,
            invoice=invoice,
            attempt=self.attempt(subject, invoice, now=now) if is_payable and not invoice.total.is_zero else None,
            journal=self._postings.invoice(invoice),
            events=self._events.of(bill.change, now=now, invoice=invoice),
            taken_lines=tuple(line.id for line in subject.pending_lines),
            carried=None
            if carried is None
            else StoredPendingLine(self._ids.new(PendingLineId), subscription_id, carried, now),
        )

    def attempt(self, subject: RenewalSubject, invoice: Invoice, *, now: Instant) -> PaymentAttempt:
        """Draft the first attempt to collect an invoice from the subscription's saved method."""
        instrument, method_id = subject.instrument, subject.subscription.payment_method_id
        if instrument is None or method_id is None:
            message = "An attempt needs a saved method."
            raise ValueError(message)
        return PaymentAttempt(
            id=self._ids.new(PaymentAttemptId),
            invoice_id=invoice.id,
            subscription_id=invoice.subscription_id,
            payment_method_id=method_id,
            provider=instrument.provider,
            rail=instrument.rail,
            status=AttemptStatus.PENDING,
            amount=invoice.amount_remaining,
            reason="The first try for this period.",
            failure_code=None,
            failure_message=None,
            advice_code=None,
            claimed_until=now + self._lease,
            created_at=now,
            settled_at=None,
        )

    def _invoice(self, subject: RenewalSubject, bill: Bill, *, now: Instant) -> Invoice:
        nothing = Money.zero(bill.draft.total.currency)
        return Invoice(
            id=self._ids.new(InvoiceId),
            subscription_id=subject.subscription.id,
            customer_id=subject.subscription.customer_id,
            idempotency_key=bill.idempotency_key,
            status=InvoiceStatus.OPEN,
            subtotal=bill.draft.subtotal,
            discount=bill.draft.discount,
            credit_applied=bill.draft.credit_applied,
            total=bill.draft.total,
            amount_paid=nothing,
            amount_refunded=nothing,
            period_start=bill.period.start,
            period_end=bill.period.end,
            paid_at=None,
            rail=None,
            created_at=now,
            kind=InvoiceKind.PERIOD,
            credit_granted=bill.draft.credit_granted,
            plan_change=bill.plan_change,
            promo_code_id=bill.promo_code_id,
            lines=bill.draft.lines,
        )
