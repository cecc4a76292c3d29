from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Final, final

from whenever import TimeDelta

_DRAWS: Final = 1 << 64


@final
@dataclass(frozen=True, slots=True)
class NoticePlan:
    """How many notices are never sent, sent twice, sent late, or overtaken by later ones; which follows from the seed.

    A late one is held back for the whole delay, an overtaken one for up to the reordering time, a second copy comes
    that long after the first.
    """

    loss_rate: Fraction = Fraction()
    duplicate_rate: Fraction = Fraction()
    delay_rate: Fraction = Fraction()
    reorder_rate: Fraction = Fraction()
    delay: TimeDelta = TimeDelta(seconds=30)
    reorder: TimeDelta = TimeDelta(seconds=1)
    seed: str = ""

    def __post_init__(self) -> None:
        rates = (self.loss_rate, self.duplicate_rate, self.delay_rate, self.reorder_rate)
        if not all(0 <= rate <= 1 for rate in rates):
            message = "A share of notices lies between 0 and 1."
            raise ValueError(message)

    def waits(self, happening: str) -> tuple[TimeDelta, ...]:
        """Return after how long each copy of a notice is sent; none of one that is never sent."""
        if self._draw("loss", happening) < self.loss_rate:
            return ()
        wait = TimeDelta()
        if self._draw("delay", happening) < self.delay_rate:
            wait += self.delay
        if self._draw("reorder", happening) < self.reorder_rate:
            share = self._draw("place", happening)
            wait += TimeDelta(nanoseconds=self.reorder.total("nanoseconds") * share.numerator // share.denominator)
        if self._draw("duplicate", happening) < self.duplicate_rate:
            return (wait, wait + self.reorder)
        return (wait,)

    def _draw(self, question: str, happening: str) -> Fraction:
        digest = blake2b(f"{question} {happening}".encode(), digest_size=8, key=self.seed.encode()[:64])
        return Fraction(int.from_bytes(digest.digest()), _DRAWS)
