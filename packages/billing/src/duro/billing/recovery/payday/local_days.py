from dataclasses import dataclass
from datetime import date
from typing import Final, final

from whenever import Date, Instant, Time

from duro.billing.zone import Zone

_EPOCH: Final = date(1970, 1, 1).toordinal()
_EVENING: Final = Time(20)


@final
@dataclass(frozen=True, slots=True)
class LocalDays:
    """Days on a payer's calendar, numbered from 1 January 1970 on, and the evening hour at which tries are made.

    What was seen in the morning tells of the day before: most of a day's money comes later in it.
    """

    zone: Zone
    morning_ends: int = 10
    evening_at: Time = _EVENING

    def of(self, at: Instant) -> int:
        """Return the number of the day of which something seen at that instant tells."""
        local = self.zone.local(at)
        return local.date().to_stdlib().toordinal() - _EPOCH - (local.hour < self.morning_ends)

    def evening(self, day: int) -> Instant:
        """Return when to try on a day."""
        then = self._date(day)
        return self.zone.instant(Date(then.year, then.month, then.day).at(self.evening_at))

    def evenings(self, earliest: Instant, deadline_at: Instant) -> range:
        """Return the days whose evenings lie at or after the earliest instant and before the deadline."""
        first, last = self.of(earliest), self.of(deadline_at)
        if self.evening(first) < earliest:
            first += 1
        if self.evening(last) >= deadline_at:
            last -= 1
        return range(first, last + 1)

    def day_of_month(self, day: int) -> int:
        return self._date(day).day

    def weekday(self, day: int) -> int:
        """Return Monday as 0."""
        return self._date(day).weekday()

    @staticmethod
    def _date(day: int) -> date:
        return date.fromordinal(day + _EPOCH)
