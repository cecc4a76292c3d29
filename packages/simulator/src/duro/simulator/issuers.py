from dataclasses import dataclass
from typing import Final, final

import numpy as np

from duro.simulator.arrays import Flags, Floats, Ints
from duro.simulator.draws import Draws
from duro.simulator.timeline import Timeline

_ISSUERS: Final = 14
_LONGEST: Final = 3 * Timeline.DAY
_HOURLY_WEIGHT: Final = (4, 4, 3, 2, 2, 1, 1, 2, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4)


@final
@dataclass(frozen=True, slots=True)
class Issuers:
    """The payers' banks: their sizes, and when they or their switch are down, in bursts, more often at night."""

    share: Floats
    is_down: Flags
    depth: float

    @classmethod
    def draw(cls, *, rate: float, timeline: Timeline, draws: Draws, stream: np.random.Generator) -> "Issuers":
        """Let bursts begin until the payers' banks decline about `rate` of charges on their own account."""
        share = stream.dirichlet(np.full(_ISSUERS, 1.5))
        fragility = stream.dirichlet(np.full(_ISSUERS, 2.0))
        depth = draws["outage_depth"]
        is_down = np.zeros((_ISSUERS, timeline.slots), dtype=np.bool_)
        hours = np.repeat(np.array(_HOURLY_WEIGHT, dtype=np.float64), Timeline.HOUR)
        starts = np.tile(hours / hours.sum(), timeline.days) / timeline.days
        wanted = min(rate / depth, 0.5)
        while share @ is_down.mean(axis=1) < wanted:
            issuer = int(stream.choice(_ISSUERS, p=fragility))
            start = int(stream.choice(timeline.slots, p=starts))
            length = min(1 + int(stream.exponential(draws.slots("outage_hours"))), _LONGEST)
            is_down[issuer, start : start + length] = True
        return cls(share, is_down, depth)

    def assign(self, payers: int, stream: np.random.Generator) -> Ints:
        """Give every payer a bank."""
        return stream.choice(len(self.share), size=payers, p=self.share).astype(np.int64)
