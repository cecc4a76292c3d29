from dataclasses import dataclass
from typing import final

import numpy as np

from duro.simulator.arrays import Ints
from duro.simulator.timeline import Timeline


@final
@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The 26th to the 30th and the 1st, to which a try is moved forward if one of them is at most so many days away."""

    first_day: np.datetime64
    days: frozenset[int] = frozenset({1, 26, 27, 28, 29, 30})
    most_days: int = 4

    def snap(self, at: Ints) -> Ints:
        """Move each slot to the first such day from its own on, at the same time of day, or leave it."""
        moved = at.copy()
        is_open = np.ones(len(at), dtype=np.bool_)
        for ahead in range(self.most_days + 1):
            date = self.first_day + at // Timeline.DAY + ahead
            day = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
            fits = is_open & np.isin(day, list(self.days))
            moved = np.where(fits, at + ahead * Timeline.DAY, moved)
            is_open &= ~fits
        return moved
