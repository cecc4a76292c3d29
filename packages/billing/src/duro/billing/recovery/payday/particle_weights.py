from dataclasses import dataclass
from typing import Final, final

_PLANES: Final = 8


@final
@dataclass(frozen=True, slots=True)
class ParticleWeights:
    """One byte of weight for each of many ways in which the next weeks may go, all in a few large integers.

    A mask has the lowest bit of the byte of every way that it holds. The bytes are kept bit by bit, so that the weight
    under a mask is a handful of bit counts.
    """

    planes: tuple[int, ...]

    @classmethod
    def of(cls, weights: bytes) -> "ParticleWeights":
        whole, ones = int.from_bytes(weights, "little"), int.from_bytes(b"\1" * len(weights))
        return cls(tuple((whole >> plane) & ones for plane in range(_PLANES)))

    def under(self, mask: int) -> int:
        """Return how much weight the ways of a mask have together."""
        a, b, c, d, e, f, g, h = self.planes
        return (
            (a & mask).bit_count()
            + ((b & mask).bit_count() << 1)
            + ((c & mask).bit_count() << 2)
            + ((d & mask).bit_count() << 3)
            + ((e & mask).bit_count() << 4)
            + ((f & mask).bit_count() << 5)
            + ((g & mask).bit_count() << 6)
            + ((h & mask).bit_count() << 7)
        )

    def doubting(self, mask: int, halvings: int) -> "ParticleWeights":
        """Halve the weight of the ways of a mask so many times."""
        higher = (*self.planes[halvings:], *(0 for _ in range(halvings)))
        pairs = zip(self.planes, higher, strict=True)
        return ParticleWeights(tuple((plane & ~mask) | (above & mask) for plane, above in pairs))
