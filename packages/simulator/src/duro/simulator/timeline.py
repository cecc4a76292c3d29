from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, final

import numpy as np
from whenever import Instant

from duro.simulator.arrays import Ints

_FIRST_DAY: Final = date(2026, 1, 1)


@final
@dataclass(frozen=True, slots=True)
class Timeline:
    """The world's time: half-hour slots from its first local midnight on, in a zone an hour east of UTC, always.

    Renewals happen in `months` calendar months after `warm_up_days`; `tail_days` follow so that every case can end.
    """

    DAY: ClassVar[int] = 48
    HOUR: ClassVar[int] = 2
    NEVER: ClassVar[int] = 1 << 40
    SECONDS: ClassVar[int] = 1_800
    UTC_LEAD_HOURS: ClassVar[int] = 1
    START: ClassVar[Instant] = Instant.from_utc(2025, 12, 31, 23)

    months: int
    warm_up_days: int = 31
    tail_days: int = 62

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 36:
            message = "A world lasts from 1 to 36 months."
            raise ValueError(message)

    @classmethod
    def slot_of(cls, instant: Instant) -> int:
        """Return the slot in which an instant lies; before the first it is negative."""
        return int((instant - cls.START).total("seconds") // cls.SECONDS)

    @property
    def first_month(self) -> np.datetime64:
        return np.datetime64(_FIRST_DAY, "M") + np.timedelta64(1, "M")

    @property
    def first_date(self) -> np.datetime64:
        return np.datetime64(_FIRST_DAY, "D")

    @property
    def month_starts(self) -> Ints:
        """Return the day number on which each month of renewals begins, and the one after the last."""
        months = self.first_month + np.arange(self.months + 1)
        return (months.astype("datetime64[D]") - np.datetime64(_FIRST_DAY, "D")).astype(np.int64)

    @property
    def days(self) -> int:
        return int(self.month_starts[-1]) + self.tail_days

    @property
    def slots(self) -> int:
        return self.days * self.DAY

    @property
    def days_of_month(self) -> Ints:
        """Return the day of the month, from 1 on, of every day of the world."""
        dates = np.datetime64(_FIRST_DAY, "D") + np.arange(self.days)
        return (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1

    @property
    def weekdays(self) -> Ints:
        """Return the weekday of every day of the world, Monday as 0."""
        return (np.arange(self.days, dtype=np.int64) + _FIRST_DAY.weekday()) % 7
