from typing import final

from whenever import Instant, TimeDelta


class ClockGoesBackError(ValueError):
    """A test told its clock to go back in time."""

    def __init__(self, now: Instant, wanted: Instant) -> None:
        super().__init__(f"The clock stands at {now} and can't go back to {wanted}.")


@final
class SteppingClock:
    """A clock that stands still until it is told to move, and never goes back; whole microseconds, as the kernel's."""

    def __init__(self, start: Instant) -> None:
        self._now = self._whole(start)

    def now(self) -> Instant:
        return self._now

    def advance(self, by: TimeDelta) -> Instant:
        """Move on and give the new time. Raise ClockGoesBackError for a negative step."""
        return self.set(self._now + by)

    def set(self, to: Instant) -> Instant:
        """Move to an instant and give it. Raise ClockGoesBackError for one that has passed."""
        to = self._whole(to)
        if to < self._now:
            raise ClockGoesBackError(self._now, to)
        self._now = to
        return to

    @staticmethod
    def _whole(instant: Instant) -> Instant:
        return instant.round("microsecond", mode="floor")
