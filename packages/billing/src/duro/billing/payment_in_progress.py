from typing import final

from duro.kernel import DomainError, ErrorKind


@final
class PaymentInProgressError(DomainError):
    """Money is being asked for this very moment, and what comes of it must be known first."""

    def __init__(self) -> None:
        super().__init__(
            "payment_in_progress",
            ErrorKind.CONFLICT,
            "A payment is in progress. Try again once its outcome is known.",
        )
