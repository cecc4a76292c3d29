from dataclasses import dataclass, replace
from typing import ClassVar, Final, final

_VERSION: Final = 1
_SIGHT_BYTES: Final = 3


@final
@dataclass(frozen=True, slots=True)
class PaydayProfile:
    """What is believed of when money is in one payer's account, in a few hundred bytes.

    `weights` holds one byte for each hypothesis of a PaydayBank, its odds on a logarithmic scale with 255 for the
    likeliest; none stand for what is believed of everybody. `sights` are the latest days on which something was seen,
    oldest first: twice the day's number, and one more where there was money.
    """

    KEPT: ClassVar[int] = 32

    weights: bytes = b""
    sights: tuple[int, ...] = ()

    @property
    def last_day(self) -> int | None:
        return self.sights[-1] >> 1 if self.sights else None

    @property
    def is_last_money(self) -> bool:
        return bool(self.sights) and bool(self.sights[-1] & 1)

    def noting(self, day: int, weights: bytes, *, is_money: bool) -> "PaydayProfile":
        """Add a sight and take the weights that follow from it."""
        sights = sorted((*self.sights, 2 * day + is_money), key=lambda sight: sight >> 1)
        return replace(self, weights=weights, sights=tuple(sights[-self.KEPT :]))

    def to_bytes(self) -> bytes:
        """Write it down: a version, how many sights, the sights, the weights."""
        sights = b"".join(sight.to_bytes(_SIGHT_BYTES) for sight in self.sights)
        return bytes((_VERSION, len(self.sights))) + sights + self.weights

    @classmethod
    def from_bytes(cls, written: bytes) -> "PaydayProfile":
        """Read what was written; what another version wrote is nobody's profile and has to be built again."""
        if len(written) < 2 or written[0] != _VERSION:
            return cls()
        end = 2 + written[1] * _SIGHT_BYTES
        starts = range(2, end, _SIGHT_BYTES)
        return cls(written[end:], tuple(int.from_bytes(written[at : at + _SIGHT_BYTES]) for at in starts))
