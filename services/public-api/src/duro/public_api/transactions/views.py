from collections.abc import Sequence

from msgspec import Struct

from duro.db.dispute_rows import Dispute, DisputeStatus
from duro.db.records import AttemptStatus, PaymentAttempt
from duro.merchant_api.transactions import FoundTransactions
from duro.public_api.wire import PageView, Written


class DisputeView(Struct, frozen=True, rename="camel"):
    """What a payer had their bank take back of a charge; won is the merchant's again, lost is the payer's for good."""

    status: DisputeStatus
    amount: int
    reason: str | None
    opened_at: str
    closed_at: str | None

    @classmethod
    def last_of(cls, attempt: PaymentAttempt, disputes: Sequence[Dispute]) -> "DisputeView | None":
        """Show the one that counts: the last that isn't won, else the last."""
        own = sorted((one for one in disputes if one.attempt_id == attempt.id), key=lambda one: one.is_standing)
        if not own:
            return None
        dispute = own[-1]
        return cls(
            status=dispute.status,
            amount=dispute.amount.amount,
            reason=dispute.reason,
            opened_at=Written.instant(dispute.opened_at),
            closed_at=Written.optional(dispute.closed_at),
        )


class TransactionView(Struct, frozen=True, rename="camel"):
    """One try to collect an invoice; `reference` is its name at the provider.

    `fee` is what the provider kept of the amount, null where it took nothing or doesn't say. `dispute` is what the
    payer had their bank take back of it: null where they didn't.
    """

    id: str
    invoice_id: str
    subscription_id: str
    status: AttemptStatus
    amount: int
    fee: int | None
    currency: str
    payment_method_id: str
    provider: str
    rail: str
    reference: str
    reason: str
    failure_code: str | None
    failure_message: str | None
    advice_code: str | None
    created_at: str
    settled_at: str | None
    dispute: DisputeView | None

    @classmethod
    def of(cls, attempt: PaymentAttempt, disputes: Sequence[Dispute]) -> "TransactionView":
        return cls(
            id=str(attempt.id),
            invoice_id=str(attempt.invoice_id),
            subscription_id=str(attempt.subscription_id),
            status=attempt.status,
            amount=attempt.amount.amount,
            fee=None if attempt.fee is None else attempt.fee.amount,
            currency=attempt.amount.currency.code,
            payment_method_id=str(attempt.payment_method_id),
            provider=attempt.provider,
            rail=attempt.rail,
            reference=attempt.reference,
            reason=attempt.reason,
            failure_code=attempt.failure_code,
            failure_message=attempt.failure_message,
            advice_code=attempt.advice_code,
            created_at=Written.instant(attempt.created_at),
            settled_at=Written.optional(attempt.settled_at),
            dispute=DisputeView.last_of(attempt, disputes),
        )


class TransactionPage(PageView[TransactionView], frozen=True, rename="camel"):
    """One page of transactions."""

    @classmethod
    def of(cls, found: FoundTransactions) -> "TransactionPage":
        page = found.page
        views = [TransactionView.of(attempt, found.disputes) for attempt in page.items]
        return cls(views, page.has_more, page.next_cursor)
