from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.kernel import Money
from duro.payments.charges import ChargeRequest
from duro.payments.simulated.shelf import ShelfMark


class PayerAnswer(StrEnum):
    """What a payer tells their bank about a charge."""

    APPROVE = "approve"
    REFUSE = "refuse"


@final
@dataclass(frozen=True, slots=True)
class ApprovalEntry:
    """A charge that its payer is to approve before its end; what they answered is in the ledger of charges."""

    reference: str
    token: str = field(repr=False)
    amount: Money
    description: str
    return_url: str | None = field(repr=False)
    ends_at: Instant
    presentments: int = 1

    @classmethod
    def of(cls, request: ChargeRequest, *, ends_at: Instant) -> "ApprovalEntry":
        return cls(
            reference=request.reference,
            token=request.token,
            amount=request.amount,
            description=request.description,
            return_url=request.return_url,
            ends_at=ends_at,
        )

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.reference)

    def presented_again(self) -> "ApprovalEntry":
        """Count a repeat of its reference, which changes nothing else."""
        return replace(self, presentments=self.presentments + 1)

    def is_over(self, now: Instant) -> bool:
        return self.ends_at <= now
