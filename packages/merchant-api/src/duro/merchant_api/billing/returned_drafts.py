from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.db.credit_rows import CreditGrant
from duro.db.ledger import Postings
from duro.db.records import Invoice, InvoiceStatus, Refund, RefundStatus
from duro.db.renewal_rows import RenewalSettlement
from duro.kernel import Clock, CreditGrantId, IdFactory, Money, RefundId

CANCELED_IN_FLIGHT: Final = "canceled_in_flight"


@final
class ReturnedDrafts:
    """The rows of an invoice that is taken back, or whose money is: nothing is owed, and nothing of it is kept."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._ids = ids
        self._postings = Postings(ids=ids, clock=clock)

    def voided(self, settlement: RenewalSettlement, invoice: Invoice, kept_credit: Money | None) -> RenewalSettlement:
        """Take an invoice back with the credit in it; the kept credit is what lines had given off it."""
        kept = Money.zero(invoice.currency) if kept_credit is None else kept_credit
        reversal = self._postings.void(invoice, kept_credit=kept)
        return replace(
            settlement,
            subscription=settlement.subscription.credited(invoice.credit_held + kept),
            invoice=replace(invoice, status=InvoiceStatus.VOID),
            journals=() if reversal is None else (reversal,),
        )

    def given_back(
        self, paid: RenewalSettlement, invoice: Invoice, kept_credit: Money | None, *, now: Instant
    ) -> RenewalSettlement:
        """Refund what a charge took for something that nobody has; the credit in it and pushed parts return."""
        return self._credit_returned(self._refunded(paid, now=now), invoice, kept_credit, now=now)

    def _refunded(self, paid: RenewalSettlement, *, now: Instant) -> RenewalSettlement:
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
        credit = invoice.credit_held + invoice.amount_paid
        if kept_credit is not None:
            credit += kept_credit
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
