from typing import final

from duro.db.mandate_rows import PaymentMethodStatus
from duro.db.repositories import Repositories
from duro.kernel import ConflictError, CustomerId, NotFoundError, PaymentMethodId


@final
class UsableMethod:
    """A payment method that a subscription of a customer may name."""

    @staticmethod
    async def require(repos: Repositories, method_id: PaymentMethodId, customer_id: CustomerId) -> None:
        """Raise NotFoundError unless it is theirs, ConflictError `payment_method_detached` if it was removed.

        Raise ConflictError `mandate_ended` for one that was rejected or revoked; one that is pending may be named.
        Raise ConflictError `payment_method_barred` for one that may never be charged again.
        """
        method = await repos.payment_methods.get(method_id)
        if method is None or method.customer_id != customer_id:
            raise NotFoundError("payment method of this customer", method_id)
        if method.detached_at is not None:
            code = "payment_method_detached"
            raise ConflictError(code, f"The payment method {method.id} was removed.")
        if method.barred_at is not None:
            code = "payment_method_barred"
            raise ConflictError(code, f"The payment method {method.id} may never be charged again.")
        if method.status in {PaymentMethodStatus.REJECTED, PaymentMethodStatus.REVOKED}:
            raise ConflictError("mandate_ended", f"The mandate {method.id} was {method.status}.")
