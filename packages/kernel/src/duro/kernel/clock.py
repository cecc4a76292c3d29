from typing import Protocol

from whenever import Instant


class Clock(Protocol):
    """The one source of business time: instants in UTC, in whole microseconds."""

    def now(self) -> Instant: ...
