from typing import Final, final
from uuid import UUID

from whenever import Instant, TimeDelta

from duro.db.due_rounds import DueQuestion, DueRound
from duro.db.repositories import Repositories
from duro.kernel import AdvanceId, TestClockId
from duro.merchant_api.billing import FIRST_PAYMENT_WITHIN

MOST_ACTIONS: Final = 500
_MOST_AT_ONCE: Final = 50
_MOST_TIME: Final = TimeDelta(seconds=20)
_START_MAY_STILL_RUN: Final = TimeDelta(minutes=2)


@final
class AdvanceRun:
    """What one call does of an advance: at most 500 actions, and no new one after 20 seconds of real time.

    What is found due again exactly as it was before it was done can't be done now, and is left for another call.
    """

    def __init__(self, clock_id: TestClockId, id: AdvanceId, *, began_at: Instant) -> None:
        self.clock_id = clock_id
        self.id = id
        self._ends_at = began_at + _MOST_TIME
        self._left = MOST_ACTIONS
        self._last: DueRound | None = None
        self._skipped: frozenset[UUID] = frozenset()

    def is_over(self, now: Instant) -> bool:
        return not self._left or now >= self._ends_at

    async def next(self, repos: Repositories, up_to: Instant) -> DueRound | None:
        """Find what falls due next, and no more of it than is left to do."""
        while True:
            question = DueQuestion(
                up_to=up_to,
                unfinished_after=_START_MAY_STILL_RUN,
                unpaid_after=FIRST_PAYMENT_WITHIN,
                skipped=self._skipped,
                limit=max(1, min(self._left, _MOST_AT_ONCE)),
            )
            due = await repos.test_clocks.due(self.clock_id, question)
            if due is None or self._last is None or not due.unchanged_since(self._last):
                return due
            self._skipped |= due.unchanged_since(self._last)

    def did(self, due: DueRound) -> None:
        self._left -= len(due.ids)
        self._last = due
