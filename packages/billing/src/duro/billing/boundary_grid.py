from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, final

from whenever import Instant, Time, TimeDelta

from duro.billing.billing_calendar import BillingCalendar
from duro.billing.horizon import OutsideHorizonError
from duro.billing.interval import Cadence
from duro.billing.zone import Zone

_SECONDS_IN_HOUR: Final = 3_600
_MICROSECONDS_IN_DAY: Final = 86_400_000_000
_FIRST_SECOND: Final = int(datetime(2, 1, 1, tzinfo=UTC).timestamp())
_LAST_SECOND: Final = int(datetime(9998, 12, 31, tzinfo=UTC).timestamp())


class BoundaryGrid(Protocol):
    """An endless row of instants, each later than the one before it; number 0 is the anchor."""

    def instant(self, number: int) -> Instant: ...

    def guess(self, at: Instant) -> int:
        """Return the number of a boundary within a step or two of the instant."""
        ...


@final
@dataclass(frozen=True, slots=True)
class HourGrid:
    """Boundaries that are exact hours apart, whatever the clocks on the wall do."""

    anchor: Instant
    hours: int

    def instant(self, number: int) -> Instant:
        seconds = number * self.hours * _SECONDS_IN_HOUR
        if not _FIRST_SECOND <= self.anchor.timestamp(unit="second") + seconds <= _LAST_SECOND:
            raise OutsideHorizonError
        return self.anchor + TimeDelta(seconds=seconds)

    def guess(self, at: Instant) -> int:
        elapsed = at.timestamp(unit="second") - self.anchor.timestamp(unit="second")
        return elapsed // (self.hours * _SECONDS_IN_HOUR)


@final
@dataclass(frozen=True, slots=True)
class LocalGrid:
    """Boundaries at the anchor's wall-clock time on the days of a billing calendar, in a time zone.

    A skipped time moves forward and a repeated one takes the first. A zone that crosses the date line skips a whole
    day; a daily grid then has no boundary for that day, for it would be the next day's own.
    """

    anchor: Instant
    zone: Zone
    calendar: BillingCalendar
    time: Time

    @classmethod
    def anchored(cls, anchor: Instant, zone: Zone, cadence: Cadence, day_of_month: int | None = None) -> "LocalGrid":
        local = zone.local(anchor)
        return cls(anchor, zone, BillingCalendar(local.date(), cadence, day_of_month), local.time())

    def instant(self, number: int) -> Instant:
        if not number:
            return self.anchor
        at = self._resolve(number)
        if self.calendar.cadence.days != 1:
            return at
        missing = self._missing_days(number, at)
        return self._resolve(number + missing) if missing else at

    def guess(self, at: Instant) -> int:
        return self.calendar.number_on_or_before(self.zone.local(at).date())

    def _resolve(self, number: int) -> Instant:
        return self.zone.instant(self.calendar.date(number).at(self.time))

    def _missing_days(self, number: int, at: Instant) -> int:
        """Count the local days that the zone left out between the anchor and the boundary, with the number's sign.

        Days pass at 24 hours each, give or take an hour or two of clock change: what is left over to the nearest day is
        days that never were. A day that happened twice isn't made up for.
        """
        elapsed = at.timestamp(unit="microsecond") - self.anchor.timestamp(unit="microsecond")
        missing = number - (elapsed + _MICROSECONDS_IN_DAY // 2) // _MICROSECONDS_IN_DAY
        return max(missing, 0) if number > 0 else min(missing, 0)
