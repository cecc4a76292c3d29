from dataclasses import dataclass
from enum import IntEnum
from typing import final

import numpy as np

from duro.simulator.answer import Way
from duro.simulator.arrays import Flags, Ints
from duro.simulator.timeline import Timeline


class Move(IntEnum):
    """What a policy does next: nothing until the payer does something, a charge, or a message."""

    WAIT = 0
    CHARGE = 1
    ASK = 2


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy decided, one row per case: the move, its slot and the way. Asked by card, a repair is meant."""

    move: Ints
    at: Ints
    way: Ints

    @classmethod
    def waiting(cls, cases: int) -> "Plan":
        return cls(
            np.full(cases, Move.WAIT, dtype=np.int64),
            np.full(cases, Timeline.NEVER, dtype=np.int64),
            np.full(cases, Way.CARD, dtype=np.int64),
        )

    def put(self, rows: Flags | Ints, move: Move, at: Ints, way: Way = Way.CARD) -> None:
        """Write the move of some rows; `at` has one entry for each of them."""
        self.move[rows] = move
        self.at[rows] = at
        self.way[rows] = way
