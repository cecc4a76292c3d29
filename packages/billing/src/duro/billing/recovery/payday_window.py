from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from whenever import Instant

_DECEMBER: Final = 12


@final
@dataclass(frozen=True, slots=True)
class PaydayWindow:
    """The calendar's paydays, in UTC: one day of every month, and the first days of it for those who are paid late.

    Off payday the next try is on the next payday itself, at its hour.
    """

    day: int = 28
    last_late_day: int = 3
    hour: int = 9

    def __post_init__(self) -> None:
        if not 0 <= self.last_late_day < self.day <= 28 or not 0 <= self.hour < 24:
            message = "A payday is a day that every month has, after the days that count as late."
            raise ValueError(message)

    def is_payday(self, at: Instant) -> bool:
        day = self._utc(at).day
        return day == self.day or day <= self.last_late_day

    def next_after(self, at: Instant) -> Instant:
        """Return the next payday at its hour, later than `at`."""
        local = self._utc(at)
        this_month = Instant.from_utc(local.year, local.month, self.day, self.hour)
        if at < this_month:
            return this_month
        return self._next_month(local, self.day)

    def near(self, at: Instant) -> Instant:
        """Return `at` on a payday; otherwise the next payday or the next month's first late day, at their hour."""
        local = self._utc(at)
        if self.is_payday(at):
            return at
        if local.day < self.day:
            return Instant.from_utc(local.year, local.month, self.day, self.hour)
        return self._next_month(local, 1 if self.last_late_day else self.day)

    def _next_month(self, local: datetime, day: int) -> Instant:
        if local.month == _DECEMBER:
            return Instant.from_utc(local.year + 1, 1, day, self.hour)
        return Instant.from_utc(local.year, local.month + 1, day, self.hour)

    @staticmethod
    def _utc(at: Instant) -> datetime:
        return at.to_stdlib()
