from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer, Sighting
from duro.simulator.arrays import Ints
from duro.simulator.timeline import Timeline
from duro.simulator.world import Paid


@final
@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen of each payer's account while one policy ran: renewals paid at once, tries, and money pushed.

    The latest are kept, so many per payer; what was seen later than a case's now isn't shown to it.
    """

    KEPT: ClassVar[int] = 64

    at: Ints
    what: Ints
    count: Ints

    @classmethod
    def none_yet(cls, payers: int) -> "Sightings":
        shape = (payers, cls.KEPT)
        return cls(
            np.full(shape, Timeline.NEVER, dtype=np.int64),
            np.zeros(shape, dtype=np.int64),
            np.zeros(payers, dtype=np.int64),
        )

    def note_paid(self, paid: Paid, month: int) -> None:
        rows = np.flatnonzero(paid.month == month)
        self.note(paid.payer[rows], paid.at[rows], np.full(len(rows), Sighting.MONEY, dtype=np.int64))

    def note_answers(self, payer: Ints, at: Ints, answer: Ints) -> None:
        """Note approvals and empty accounts; other answers say nothing of money."""
        empty = np.where(answer == Answer.INSUFFICIENT_FUNDS, Sighting.EMPTY, Sighting.NOTHING)
        what = np.where(answer == Answer.APPROVED, Sighting.MONEY, empty)
        rows = what != Sighting.NOTHING
        self.note(payer[rows], at[rows], what[rows])

    def note(self, payer: Ints, at: Ints, what: Ints) -> None:
        """Note one thing for each payer; a payer stands in a call once."""
        column = self.count[payer] % self.KEPT
        self.at[payer, column] = at
        self.what[payer, column] = what
        self.count[payer] += 1

    def until(self, payer: Ints, now: Ints) -> tuple[Ints, Ints]:
        """Return when and what was seen of each payer up to each now."""
        at, what = self.at[payer], self.what[payer]
        is_past = at <= now[:, None]
        return np.where(is_past, at, Timeline.NEVER), np.where(is_past, what, Sighting.NOTHING)
