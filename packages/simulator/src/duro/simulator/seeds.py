from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np


@final
@dataclass(frozen=True, slots=True)
class Seed:
    """One world and one run of chance in it: `world` draws payers and issuers, `chance` what befalls and moves them.

    Every part draws from a stream of its own name, so that a part added later changes no other.
    """

    world: int
    chance: int

    def world_stream(self, part: str) -> np.random.Generator:
        return self._stream(self.world, f"world {part}")

    def chance_stream(self, part: str) -> np.random.Generator:
        return self._stream(self.chance, f"chance {part}")

    @staticmethod
    def _stream(number: int, name: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([number, *name.encode()]))


@final
@dataclass(frozen=True, slots=True)
class SeedBook:
    """The seeds of every published figure. Policies are built on development seeds and judged on the others."""

    DEVELOPMENT: ClassVar[tuple[Seed, ...]] = tuple(Seed(1_000 + n, 5_000 + n) for n in range(24))
    EVALUATION: ClassVar[tuple[Seed, ...]] = tuple(Seed(20_261 + 37 * n, 70_207 + 53 * n) for n in range(40))
