from typing import final

from whenever import Instant, TimeDelta


@final
class RestartingClock:
    """A clock that moves when told, and begins anew with every story, which must be the same when told again."""

    def __init__(self, start: Instant) -> None:
        self._start = start
        self._now = start

    def now(self) -> Instant:
        return self._now

    def advance(self, by: TimeDelta) -> None:
        self._now += by

    def start_over(self) -> None:
        self._now = self._start
