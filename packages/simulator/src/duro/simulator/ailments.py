from dataclasses import dataclass
from enum import IntEnum
from typing import final

import numpy as np

from duro.simulator.arrays import Ints
from duro.simulator.draws import Draws
from duro.simulator.timeline import Timeline


class Ailment(IntEnum):
    """What is wrong with a card at a renewal, whatever the balance."""

    NONE = 0
    BLOCKED = 1
    EXPIRED = 2
    DEAD = 3
    UNAUTHENTICATED = 4


@final
@dataclass(frozen=True, slots=True)
class Ailments:
    """What befalls each renewal's card, and until when a generic block lasts: hours, or as long as the case."""

    kind: Ints
    blocked_until: Ints

    @classmethod
    def draw(cls, at: Ints, *, draws: Draws, stream: np.random.Generator) -> "Ailments":
        """Let each befall as many renewals as its share of failures asks, given what is declined before it."""
        rate = draws["failure_rate"]
        reached = 1.0 - rate * draws["outage"]
        empty = draws["insufficient_funds"] / (1.0 - draws["generic_empty"])
        generic = max(draws["generic"] - empty * draws["generic_empty"], 0.0)
        shares = [generic, draws["expired"], draws["hard"], draws["authentication"]]
        odds = [rate * share / reached for share in shares]
        kind = stream.choice(len(Ailment), size=len(at), p=[1.0 - sum(odds), *odds]).astype(np.int64)
        hours = stream.exponential(draws.slots("generic_hours"), size=len(at)).astype(np.int64) + 1
        passes = stream.random(len(at)) < draws["generic_passes"]
        blocked = np.where(passes, at + hours, Timeline.NEVER)
        return cls(kind, np.where(kind == Ailment.BLOCKED, blocked, 0))
