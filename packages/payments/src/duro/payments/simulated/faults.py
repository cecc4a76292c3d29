from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import final

from duro.payments.simulated.cards import Delivery

_DRAWS = 1 << 64


@final
@dataclass(frozen=True, slots=True)
class FaultPlan:
    """How many references get into trouble at their first presentment; which ones follows from reference and seed."""

    timeout_before_rate: Fraction = Fraction()
    timeout_after_rate: Fraction = Fraction()
    seed: str = ""

    def __post_init__(self) -> None:
        if min(self.timeout_before_rate, self.timeout_after_rate) < 0:
            message = "A rate of time-outs is not negative."
            raise ValueError(message)
        if self.timeout_before_rate + self.timeout_after_rate > 1:
            message = "The rates of time-outs add up to at most 1."
            raise ValueError(message)

    def delivery_of(self, reference: str) -> Delivery:
        draw = Fraction(self._draw(reference), _DRAWS)
        if draw < self.timeout_before_rate:
            return Delivery.LOST
        if draw < self.timeout_before_rate + self.timeout_after_rate:
            return Delivery.SILENT
        return Delivery.ANSWERED

    def _draw(self, reference: str) -> int:
        digest = blake2b(reference.encode(), digest_size=8, key=self.seed.encode()[:64])
        return int.from_bytes(digest.digest())
