"""Charges that payers had their bank take back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.kernel import EntityId, Money, PaymentAttemptId


class DisputeId(EntityId):
    """One dispute of a charge."""

    __slots__ = ()
    prefix = "dsp"


class DisputeStatus(StrEnum):
    """How a dispute stands: won is the merchant's, who has the money again."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@final
@dataclass(frozen=True, slots=True)
class Dispute:
    """A charge that its payer had their bank take back from the merchant, under the provider's own name for that.

    The reason is the provider's word; None where all that it told is how the dispute ended.
    """

    id: DisputeId
    attempt_id: PaymentAttemptId
    provider: str
    provider_reference: str
    amount: Money
    reason: str | None
    status: DisputeStatus
    opened_at: Instant
    closed_at: Instant | None = None

    @property
    def is_standing(self) -> bool:
        """Say whether the money is gone: not of one that was won."""
        return self.status is not DisputeStatus.WON
