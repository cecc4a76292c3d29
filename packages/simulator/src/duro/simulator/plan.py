from dataclasses import dataclass
from enum import IntEnum
from typing import final

import numpy as np

from duro.simulator.answer import Way
from duro.simulator.arrays import Flags, Floats, Ints
from duro.simulator.timeline import Timeline


class Move(IntEnum):
    """What a policy does next: nothing until the payer does something, a charge, or a message."""

    WAIT = 0
    CHARGE = 1
    ASK = 2


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy decided, one row per case: the move, its slot and the way. Asked by card, a repair is meant.

    `expected` is the chance from 0 to 1 that a policy gives its charge, or NaN where it says none.
    """

    move: Ints
    at: Ints
    way: Ints
    expected: Floats

    @classmethod
    def waiting(cls, cases: int) -> "Plan":
        return cls(
            np.full(cases, Move.WAIT, dtype=np.int64),
            np.full(cases, Timeline.NEVER, dtype=np.int64),
            np.full(cases, Way.CARD, dtype=np.int64),
            np.full(cases, np.nan),
        )

    def put(
        self, rows: Flags | Ints, move: Move, at: Ints, way: Way = Way.CARD, *, expected: Floats | None = None
    ) -> None:
        """Write the move of some rows; `at` has one entry for each of them, and so has `expected` if it is said."""
        self.move[rows] = move
        self.at[rows] = at
        self.way[rows] = way
        self.expected[rows] = np.nan if expected is None else expected
