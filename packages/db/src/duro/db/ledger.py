from collections.abc import Iterable
from typing import Final, final
from uuid import UUID

from duro.db.credit_rows import CreditGrant
from duro.db.dispute_rows import Dispute
from duro.db.push_rows import Allocation, IncomingPayment
from duro.db.records import Invoice, Journal, LedgerEntry, PaymentAttempt, Refund
from duro.db.states import InvoiceStatus, JournalCause, JournalId
from duro.kernel import Clock, ConflictError, IdFactory, InvoiceId, Money, SubscriptionId

_RECEIVABLE: Final = "receivable"
_REVENUE: Final = "revenue"
_DISCOUNT: Final = "discount"
_CUSTOMER_CREDIT: Final = "customer_credit"
_CREDIT_GRANTED: Final = "credit_granted"
_BAD_DEBT: Final = "bad_debt"
_REFUNDS: Final = "refunds"
_REFUND_PAYABLE: Final = "refund_payable"
_UNALLOCATED: Final = "unallocated"
_DISPUTE: Final = "dispute"


@final
class Postings:
    """What each cause writes into the ledger; debits are positive, credits negative."""

    def __init__(self, *, ids: IdFactory, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock

    @staticmethod
    def gateway(provider: str) -> str:
        """Name the account of the money a provider holds for us."""
        return f"gateway:{provider}"

    def invoice(self, invoice: Invoice) -> Journal | None:
        """Debit receivable, discount and used customer_credit; credit revenue. None for an invoice of nothing.

        Credit that its lines gave goes from revenue to customer_credit.
        """
        return self._journal(
            JournalCause.INVOICE,
            invoice.id.value,
            (_RECEIVABLE, invoice.total),
            (_DISCOUNT, invoice.discount),
            (_CUSTOMER_CREDIT, invoice.credit_applied - invoice.credit_granted),
            (_REVENUE, invoice.credit_granted - invoice.subtotal),
        )

    def payment(self, attempt: PaymentAttempt, *, remaining: Money | None = None) -> Journal:
        """Debit the gateway; credit receivable up to what remained of the invoice, the excess to customer_credit.

        `remaining` is the invoice's amount_remaining before this money; left out, the attempt paid exactly that.
        """
        allocated = attempt.amount if remaining is None else min(attempt.amount, remaining)
        return self._required(
            JournalCause.PAYMENT,
            attempt.id.value,
            (self.gateway(attempt.provider), attempt.amount),
            (_RECEIVABLE, -allocated),
            (_CUSTOMER_CREDIT, allocated - attempt.amount),
        )

    def incoming_payment(self, payment: IncomingPayment, allocations: Iterable[Allocation]) -> Journal:
        """Debit the gateway; credit receivable with what pays invoices, customer_credit with what is a balance's.

        What nobody can say the purpose of is credited to unallocated, where it waits for a person; what has waited
        there is taken from there.
        """
        cause, source = JournalCause.INCOMING_PAYMENT, self.gateway(payment.provider)
        if payment.is_waiting:
            cause, source = JournalCause.ALLOCATED, _UNALLOCATED
        paid = credited = Money.zero(payment.amount.currency)
        for part in allocations:
            if isinstance(part.pays, InvoiceId):
                paid += part.amount
            else:
                credited += part.amount
        return self._required(
            cause,
            payment.id.value,
            (source, payment.amount),
            (_RECEIVABLE, -paid),
            (_CUSTOMER_CREDIT, -credited),
            (_UNALLOCATED, paid + credited - payment.amount),
        )

    def sent_back(self, payment: IncomingPayment) -> Journal:
        """Debit unallocated, credit the gateway: a person has sent the money back outside of Duro."""
        return self._required(
            JournalCause.SENT_BACK,
            payment.id.value,
            (_UNALLOCATED, payment.amount),
            (self.gateway(payment.provider), -payment.amount),
        )

    def part_returned(self, invoice: Invoice, amount: Money) -> Journal:
        """Move what was paid of an invoice to customer_credit: it is owed again, or bad debt of one given up."""
        owed = _BAD_DEBT if invoice.status is InvoiceStatus.UNCOLLECTIBLE else _RECEIVABLE
        return self._required(JournalCause.PART_RETURNED, invoice.id.value, (owed, amount), (_CUSTOMER_CREDIT, -amount))

    def void(self, invoice: Invoice, *, kept_credit: Money | None = None) -> Journal | None:
        """Reverse the invoice's journal. Raise ConflictError `invoice_partly_paid` if money has come for it.

        Credit that its lines had given off what it asked for is kept: it goes from revenue to customer_credit. An
        uncollectible one is no bad debt any more; the credit it had taken went back when it was given up.
        """
        kept = Money.zero(invoice.currency) if kept_credit is None else kept_credit
        if not invoice.amount_paid.is_zero:
            raise ConflictError("invoice_partly_paid", "An invoice that money has come for can't be voided.")
        owed = (_RECEIVABLE, -invoice.total)
        if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
            owed = (_BAD_DEBT, -invoice.total - invoice.credit_applied)
        return self._journal(
            JournalCause.VOID,
            invoice.id.value,
            (_REVENUE, invoice.subtotal + kept),
            owed,
            (_DISCOUNT, -invoice.discount),
            (_CUSTOMER_CREDIT, -invoice.credit_held - kept),
        )

    def uncollectible(self, invoice: Invoice) -> Journal | None:
        """Debit bad_debt; credit receivable with what remains, and customer_credit with the credit it had taken."""
        return self._journal(
            JournalCause.UNCOLLECTIBLE,
            invoice.id.value,
            (_BAD_DEBT, invoice.amount_remaining + invoice.credit_applied),
            (_RECEIVABLE, -invoice.amount_remaining),
            (_CUSTOMER_CREDIT, -invoice.credit_applied),
        )

    def uncollectible_recovered(self, invoice: Invoice) -> Journal:
        """Owe again all that was given up, since it is being paid after all: credit bad_debt.

        Debit receivable with what remains, and customer_credit with the credit that the invoice takes now.
        """
        return self._required(
            JournalCause.UNCOLLECTIBLE_RECOVERED,
            invoice.id.value,
            (_RECEIVABLE, invoice.amount_remaining),
            (_CUSTOMER_CREDIT, invoice.credit_applied),
            (_BAD_DEBT, -invoice.amount_remaining - invoice.credit_applied),
        )

    def carried(self, invoice_id: InvoiceId, amount: Money) -> Journal:
        """Ask for an amount by the next invoice instead: debit revenue, credit receivable."""
        return self._required(JournalCause.CARRIED, invoice_id.value, (_REVENUE, amount), (_RECEIVABLE, -amount))

    def credit_at_end(self, subscription_id: SubscriptionId, credit: Money) -> Journal | None:
        """Keep what pending lines would have given back, now that no invoice comes: from revenue to customer_credit."""
        return self._journal(
            JournalCause.CREDIT_AT_END, subscription_id.value, (_REVENUE, credit), (_CUSTOMER_CREDIT, -credit)
        )

    def credit_granted(self, grant: CreditGrant) -> Journal:
        """Debit credit_granted, credit customer_credit; the other way round for credit that is taken back."""
        return self._required(
            JournalCause.CREDIT_GRANTED,
            grant.id.value,
            (_CREDIT_GRANTED, grant.amount),
            (_CUSTOMER_CREDIT, -grant.amount),
        )

    def refund_claimed(self, refund: Refund) -> Journal:
        """Debit refunds, credit refund_payable: the money is owed back."""
        return self._required(
            JournalCause.REFUND_CLAIMED,
            refund.id.value,
            (_REFUNDS, refund.amount),
            (_REFUND_PAYABLE, -refund.amount),
        )

    def refund_done(self, refund: Refund, *, provider: str) -> Journal:
        """Debit refund_payable, credit the gateway: the money has gone back."""
        return self._required(
            JournalCause.REFUND_DONE,
            refund.id.value,
            (_REFUND_PAYABLE, refund.amount),
            (self.gateway(provider), -refund.amount),
        )

    def refund_failed(self, refund: Refund) -> Journal:
        """Reverse the claim: the provider refused for good."""
        return self._required(
            JournalCause.REFUND_FAILED,
            refund.id.value,
            (_REFUND_PAYABLE, refund.amount),
            (_REFUNDS, -refund.amount),
        )

    def dispute(self, dispute: Dispute) -> Journal:
        """Debit dispute, credit the gateway: the provider has taken back what the payer disputes."""
        return self._required(
            JournalCause.DISPUTE,
            dispute.id.value,
            (_DISPUTE, dispute.amount),
            (self.gateway(dispute.provider), -dispute.amount),
        )

    def dispute_won(self, dispute: Dispute) -> Journal:
        """Reverse the dispute: the provider has the merchant's money again."""
        return self._required(
            JournalCause.DISPUTE_WON,
            dispute.id.value,
            (self.gateway(dispute.provider), dispute.amount),
            (_DISPUTE, -dispute.amount),
        )

    def _required(self, cause: JournalCause, cause_id: UUID, *sides: tuple[str, Money]) -> Journal:
        journal = self._journal(cause, cause_id, *sides)
        if journal is None:
            message = "A journal of nothing can't be posted."
            raise ValueError(message)
        return journal

    def _journal(self, cause: JournalCause, cause_id: UUID, *sides: tuple[str, Money]) -> Journal | None:
        entries = tuple(LedgerEntry(account, amount) for account, amount in sides if not amount.is_zero)
        if not entries:
            return None
        return Journal(
            id=self._ids.new(JournalId),
            cause_type=cause,
            cause_id=cause_id,
            currency=entries[0].amount.currency,
            created_at=self._clock.now(),
            entries=entries,
        )
