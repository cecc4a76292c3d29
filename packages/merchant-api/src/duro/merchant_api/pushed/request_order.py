from dataclasses import dataclass
from typing import final

from duro.db.push_rows import PaymentRequest
from duro.payments import PaymentRequestOrder


@final
@dataclass(frozen=True, slots=True)
class RequestOrder:
    """A committed request, and the order that opens it while its lease lasts."""

    request: PaymentRequest
    order: PaymentRequestOrder

    @classmethod
    def of(cls, request: PaymentRequest, *, customer_email: str, phone: str | None) -> "RequestOrder":
        order = PaymentRequestOrder(
            reference=request.reference,
            amount=request.amount,
            rail=request.rail,
            customer_email=customer_email,
            phone=phone,
            expires_at=request.expires_at,
        )
        return cls(request, order)
