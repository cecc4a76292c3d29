from typing import final

from duro.db.repositories import Repositories
from duro.kernel import ConflictError, CustomerId, NotFoundError, PaymentMethodId


@final
class UsableMethod:
    """A payment method that a subscription of a customer may name."""

    @staticmethod
    async def require(repos: Repositories, method_id: PaymentMethodId, customer_id: CustomerId) -> None:
        """Raise NotFoundError unless it is theirs, ConflictError `payment_method_detached` if it was removed."""
        method = await repos.payment_methods.get(method_id)
        if method is None or method.customer_id != customer_id:
            raise NotFoundError("payment method of this customer", method_id)
        if method.detached_at is not None:
            code = "payment_method_detached"
            raise ConflictError(code, f"The payment method {method.id} was removed.")
