from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from duro.kernel import Fault, InvalidInputError


class Interval(StrEnum):
    """The unit in which a plan bills."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    BIANNUAL = "biannual"
    YEAR = "year"


_MONTHS_IN: Final[Mapping[Interval, int]] = {
    Interval.MONTH: 1,
    Interval.QUARTER: 3,
    Interval.BIANNUAL: 6,
    Interval.YEAR: 12,
}
_DAYS_IN: Final[Mapping[Interval, int]] = {Interval.DAY: 1, Interval.WEEK: 7}
_HOURS_IN: Final[Mapping[Interval, int]] = {Interval.HOUR: 1}
_MOST_INTERVALS: Final = 1_000


@final
@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a plan bills: every `count` intervals. Exactly one of months, days and hours is not zero."""

    interval: Interval
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.count <= _MOST_INTERVALS:
            raise InvalidInputError([Fault("intervalCount", f"must be from 1 to {_MOST_INTERVALS}")])

    @property
    def months(self) -> int:
        """Calendar months in one period, or zero."""
        return _MONTHS_IN.get(self.interval, 0) * self.count

    @property
    def days(self) -> int:
        """Calendar days in one period, or zero."""
        return _DAYS_IN.get(self.interval, 0) * self.count

    @property
    def hours(self) -> int:
        """Exact hours in one period, or zero."""
        return _HOURS_IN.get(self.interval, 0) * self.count

    def __str__(self) -> str:
        return f"every {self.count} {self.interval}s" if self.count > 1 else f"every {self.interval}"
