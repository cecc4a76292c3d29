from dataclasses import dataclass
from typing import Final, final

import numpy as np

from duro.simulator.arrays import Floats, Ints
from duro.simulator.draws import Draws
from duro.simulator.incomes import Incomes, PayRhythm
from duro.simulator.timeline import Timeline

_LAST_ANCHOR_DAY: Final = 28
_OPENING_HOURS: Final = (6, 23)


@final
@dataclass(frozen=True, slots=True)
class Renewals:
    """Every monthly charge that falls due, in order of month and payer, with a price in prices yet to be scaled."""

    payer: Ints
    month: Ints
    at: Ints
    relative_price: Floats

    @classmethod
    def draw(cls, incomes: Incomes, *, timeline: Timeline, draws: Draws, stream: np.random.Generator) -> "Renewals":
        """Half of the payers are there from the start; the rest sign up over the first half of the months."""
        payers = len(incomes.monthly)
        joins = np.where(stream.random(payers) < 0.5, 0, stream.integers(0, timeline.months // 2 + 1, size=payers))
        day = stream.integers(1, _LAST_ANCHOR_DAY + 1, size=payers)
        near = (stream.random(payers) < draws["signed_up_near_payday"]) & (incomes.rhythm <= PayRhythm.FIFTEENTH)
        after_payday = (incomes.nominal_day - 1 + stream.integers(0, 4, size=payers)) % _LAST_ANCHOR_DAY + 1
        day = np.where(near, after_payday, day)
        first, last = (hour * Timeline.HOUR for hour in _OPENING_HOURS)
        slot = stream.integers(first, last, size=payers)
        price = stream.lognormal(0.0, draws["price_spread"], size=payers) * np.sqrt(incomes.monthly)
        month = np.repeat(np.arange(timeline.months), payers)
        payer = np.tile(np.arange(payers), timeline.months)
        at = (timeline.month_starts[month] + day[payer] - 1) * Timeline.DAY + slot[payer]
        is_due = joins[payer] <= month
        return cls(
            payer[is_due].astype(np.int64),
            month[is_due].astype(np.int64),
            at[is_due].astype(np.int64),
            price[payer[is_due]],
        )

    def __len__(self) -> int:
        return len(self.payer)
