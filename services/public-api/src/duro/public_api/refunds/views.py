from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import Refund, RefundStatus
from duro.public_api.wire import PageView, Written


class RefundView(Struct, frozen=True, rename="camel"):
    """Money of one transaction on its way back; `reference` is its name at the provider."""

    id: str
    invoice_id: str
    transaction_id: str
    status: RefundStatus
    amount: int
    currency: str
    reason: str
    reference: str
    failure_code: str | None
    failure_message: str | None
    created_at: str
    settled_at: str | None

    @classmethod
    def of(cls, refund: Refund) -> "RefundView":
        return cls(
            id=str(refund.id),
            invoice_id=str(refund.invoice_id),
            transaction_id=str(refund.attempt_id),
            status=refund.status,
            amount=refund.amount.amount,
            currency=refund.amount.currency.code,
            reason=refund.reason,
            reference=refund.reference,
            failure_code=refund.failure_code,
            failure_message=refund.failure_message,
            created_at=Written.instant(refund.created_at),
            settled_at=Written.optional(refund.settled_at),
        )


class RefundPage(PageView[RefundView], frozen=True, rename="camel"):
    """One page of refunds."""

    @classmethod
    def of(cls, page: Page[Refund]) -> "RefundPage":
        return cls([RefundView.of(refund) for refund in page.items], page.has_more, page.next_cursor)
