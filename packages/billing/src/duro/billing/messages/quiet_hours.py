from dataclasses import dataclass
from typing import Final, final

from whenever import Instant, PlainDateTime, Time, TimeDelta

from duro.billing.zone import Zone

_EVENING: Final = Time(21)
_MORNING: Final = Time(8)


@final
@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of the day, by a person's own clock, in which they are left alone: from the start up to the end.

    An end that isn't later than the start belongs to the next day; with both the same no hour is quiet.
    """

    start: Time = _EVENING
    end: Time = _MORNING

    def next_allowed(self, at: Instant, zone: Zone) -> Instant:
        """Return the instant itself if it isn't quiet there, else the end of the quiet hours it lies in."""
        local = zone.local(at)
        if not self._is_quiet(local.time()):
            return at
        end = zone.instant(self._end_after(local))
        return end if end > at else at + self._left_on_the_wall(local)

    def _is_quiet(self, time: Time) -> bool:
        if self.start <= self.end:
            return self.start <= time < self.end
        return time >= self.start or time < self.end

    def _end_after(self, local: PlainDateTime) -> PlainDateTime:
        day = local.date()
        return (day if local.time() < self.end else day.add(days=1)).at(self.end)

    def _left_on_the_wall(self, local: PlainDateTime) -> TimeDelta:
        """Return how long the wall's clock, set back across the end, needs to show it again."""
        return TimeDelta(nanoseconds=self._nanoseconds(self.end) - self._nanoseconds(local.time()))

    @staticmethod
    def _nanoseconds(time: Time) -> int:
        seconds = (time.hour * 60 + time.minute) * 60 + time.second
        return seconds * 1_000_000_000 + time.nanosecond
