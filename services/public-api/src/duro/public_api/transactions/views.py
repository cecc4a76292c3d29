from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import AttemptStatus, PaymentAttempt
from duro.public_api.wire import PageView, Written


class TransactionView(Struct, frozen=True, rename="camel"):
    """One try to collect an invoice; `reference` is its name at the provider.

    `fee` is what the provider kept of the amount, null where it took nothing or doesn't say.
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

    @classmethod
    def of(cls, attempt: PaymentAttempt) -> "TransactionView":
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
        )


class TransactionPage(PageView[TransactionView], frozen=True, rename="camel"):
    """One page of transactions."""

    @classmethod
    def of(cls, page: Page[PaymentAttempt]) -> "TransactionPage":
        return cls([TransactionView.of(attempt) for attempt in page.items], page.has_more, page.next_cursor)
