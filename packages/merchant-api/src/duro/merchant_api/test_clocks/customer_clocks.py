from typing import final

from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, FrozenClock, NotFoundError, TestClockId


@final
class CustomerClocks:
    """Says by which clock a customer lives: the real one, or the test clock that they were created on.

    Every act that writes something of a customer asks here, in its transaction and before it takes the time, and then
    takes every instant from the clock it is given:

        clock = await self._clocks.of(repos, subscription.test_clock_id)
        now = clock.now()
        ended = EndedSubscriptions(ids=self._ids, clock=clock)
        await self._collection.on(clock).claim(...)

    Services that go on after the commit are asked for on the same clock. Receipts keep real time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def of(self, repos: Repositories, test_clock_id: TestClockId | None) -> Clock:
        """Give the clock, by which the transaction dates its rows from here on.

        A test clock can't be advanced before the transaction ends. Raise NotFoundError, TestModeOnlyError, or
        ConflictError `test_clock_advancing` while an advance of it is under way.
        """
        if test_clock_id is None:
            return self._clock
        held = await repos.test_clocks.hold(test_clock_id)
        if held is None:
            raise NotFoundError("test clock", test_clock_id)
        if held.is_advancing:
            code = "test_clock_advancing"
            raise ConflictError(code, f"The test clock {held.id} is being advanced.")
        clock = FrozenClock(held.now)
        repos.stand_on(clock)
        return clock
