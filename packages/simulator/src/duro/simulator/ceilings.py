from dataclasses import dataclass
from typing import ClassVar, Final, final

import numpy as np

from duro.simulator.answer import Answer, Network, Way
from duro.simulator.arrays import Flags, Ints
from duro.simulator.docket import Docket
from duro.simulator.timeline import Timeline

_MONTH: Final = 30 * Timeline.DAY


@final
@dataclass(frozen=True, slots=True)
class Ceilings:
    """How often networks let a card be tried, counted within a case, whatever a policy thinks of it.

    As processors publish them: Visa 15 in 30 days, Mastercard 10 a day and 35 in 30 days, for others 10 a day and 15 in
    30 days as a safe default; on Visa and Mastercard none after a hard decline.
    """

    A_DAY: ClassVar[tuple[int, int, int]] = (1_000, 10, 10)
    A_MONTH: ClassVar[tuple[int, int, int]] = (15, 35, 15)

    def count(self, docket: Docket, rows: Ints, at: Ints, network: Ints) -> None:
        """Count what each new charge of a card breaks; the rows' earlier tries are in the docket."""
        times, ways = docket.tried_at[rows], docket.ways[rows]
        is_made = np.arange(Docket.MOST_TRIES) < docket.tries[rows][:, None]
        same_card = is_made & (times >= docket.card_added_at[rows][:, None]) & (ways == Way.CARD)
        is_hard = (same_card & (docket.answers[rows] == Answer.HARD_DECLINE)).any(axis=1)
        docket.hard_retries[rows] += is_hard
        is_beyond = self._is_beyond(times, at, same_card, network)
        is_forbidden = is_hard & (network != Network.VERVE)
        docket.breaches[rows] += is_forbidden | is_beyond

    def _is_beyond(self, times: Ints, at: Ints, same_card: Flags, network: Ints) -> Flags:
        age = at[:, None] - times
        today = (same_card & (age < Timeline.DAY)).sum(axis=1)
        this_month = (same_card & (age < _MONTH)).sum(axis=1)
        return (today >= np.array(self.A_DAY)[network]) | (this_month > np.array(self.A_MONTH)[network])
