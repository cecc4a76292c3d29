from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.arrays import Bits, Floats, Ints


@final
@dataclass(frozen=True, slots=True)
class Chance:
    """Luck that depends on who and when alone: the same question always gets the same number from 0 to 1.

    Two policies that try the same card in the same half hour therefore meet the same luck. The mixing is splitmix64
    (Steele, Lea and Flood, 2014).
    """

    GOLDEN: ClassVar[np.uint64] = np.uint64(0x9E3779B97F4A7C15)

    salt: int

    def number(self, who: Ints, when: Ints) -> Floats:
        start = np.uint64(self.salt & 0xFFFFFFFFFFFFFFFF)
        mixed = self._mix(who.astype(np.uint64) * self.GOLDEN + start)
        mixed = self._mix((mixed ^ when.astype(np.uint64)) * self.GOLDEN + self.GOLDEN)
        return (mixed >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))

    @staticmethod
    def _mix(bits: Bits) -> Bits:
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))
