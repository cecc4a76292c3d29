from typing import final

from whenever import Instant


@final
class SystemClock:
    """The machine's own time, cut to whole microseconds so that the database gives back what was written."""

    def now(self) -> Instant:
        return Instant.now().round("microsecond", mode="floor")
