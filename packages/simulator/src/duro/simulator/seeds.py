from collections.abc import Sequence
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


class SeedNotFoundError(ValueError):
    """More seeds were asked for than there are."""

    def __init__(self, *, last: int, there_are: int, kind: str) -> None:
        super().__init__(f"There are {there_are} {kind} seeds, and no number {last}.")


@final
@dataclass(frozen=True, slots=True)
class SeedBook:
    """The seeds of every published figure. Policies are built on development seeds and judged on the others."""

    DEVELOPMENT: ClassVar[tuple[Seed, ...]] = tuple(Seed(1_000 + n, 5_000 + n) for n in range(24))
    EVALUATION: ClassVar[tuple[Seed, ...]] = tuple(Seed(20_261 + 37 * n, 70_207 + 53 * n) for n in range(40))

    @classmethod
    def take(cls, count: int, *, first: int, development: bool) -> tuple[Seed, ...]:
        """Return so many seeds of a list, from the first one named on: they are numbered from 1."""
        kind, book = ("development", cls.DEVELOPMENT) if development else ("evaluation", cls.EVALUATION)
        last = first + count - 1
        if last > len(book):
            raise SeedNotFoundError(last=last, there_are=len(book), kind=kind)
        return book[first - 1 : last]

    @classmethod
    def words(cls, seeds: Sequence[Seed]) -> str:
        """Say which seeds these are: "evaluation seeds 21 to 40"."""
        kind, book = "evaluation", cls.EVALUATION
        if set(seeds) <= set(cls.DEVELOPMENT):
            kind, book = "development", cls.DEVELOPMENT
        first, last = (book.index(seed) + 1 for seed in (seeds[0], seeds[-1]))
        return f"{kind} seed {first}" if first == last else f"{kind} seeds {first} to {last}"
