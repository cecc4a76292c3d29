import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, final

from whenever import Instant, TimeDelta

from duro.kernel import Clock, DomainError, ErrorKind

LIMIT: Final = TimeDelta(seconds=2)
_FRESH_SECONDS: Final = 20.0


class TimeSource(Protocol):
    """Something else that knows the time."""

    async def now(self) -> Instant: ...


@final
class ClockNotTrustedError(DomainError):
    """This machine's clock is wrong or hasn't been compared lately, so nothing may be claimed by it."""

    def __init__(self) -> None:
        super().__init__("clock_not_trusted", ErrorKind.UNAVAILABLE, "The clock differs from the database's clock.")


@final
@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine's two clocks said when they were last compared with the database."""

    at: Instant
    monotonic: float
    skew: TimeDelta


@final
class ClockGuard:
    """Compares the machine's clock with the database's: one that differs by more than 2 seconds claims nothing.

    Between comparisons a jump of the wall clock against the monotonic clock is noticed at once.
    """

    def __init__(
        self, clock: Clock, databases: Sequence[TimeSource], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._databases = tuple(databases)
        self._monotonic = monotonic
        self._reading: Reading | None = None

    async def compare(self) -> TimeDelta:
        """Ask every database connection pool for its time; remember and return the largest difference."""
        skews = [await self._skew(database) for database in self._databases]
        largest = max(skews, key=abs)
        self._reading = Reading(self._clock.now(), self._monotonic(), largest)
        return largest

    @property
    def is_trusted(self) -> bool:
        reading = self._reading
        if reading is None or abs(reading.skew) > LIMIT:
            return False
        elapsed = self._monotonic() - reading.monotonic
        jump = self._clock.now() - reading.at - TimeDelta(microseconds=round(elapsed * 1_000_000))
        return elapsed <= _FRESH_SECONDS and abs(jump + reading.skew) <= LIMIT

    async def check(self) -> None:
        """Compare now unless a comparison is fresh enough. Raise ClockNotTrustedError as `require` does."""
        if not self.is_trusted:
            await self.compare()
        self.require()

    def require(self) -> None:
        """Raise ClockNotTrustedError unless the clock was found right and hasn't jumped since."""
        if not self.is_trusted:
            raise ClockNotTrustedError

    async def _skew(self, database: TimeSource) -> TimeDelta:
        """Measure by how much this machine is ahead; the time the question took is not counted against it."""
        before = self._clock.now()
        theirs = await database.now()
        after = self._clock.now()
        if theirs < before:
            return before - theirs
        return after - theirs if theirs > after else TimeDelta()
