from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, final

from whenever import Date, YearMonth

from duro.billing.horizon import OutsideHorizonError
from duro.billing.interval import Cadence
from duro.billing.share import Share
from duro.kernel import Fault, InvalidInputError

_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9998
_FIRST_DAY: Final = date(_FIRST_YEAR, 1, 1).toordinal()
_LAST_DAY: Final = date(_LAST_YEAR, 12, 31).toordinal()


@final
@dataclass(frozen=True, slots=True)
class BillingCalendar:
    """The local calendar days on which something anchored on a day bills; day number 0 is the anchor's.

    Months are counted from the anchor, never step by step, and clamp to the last day a month has: 31 Jan, 28 Feb, 31
    Mar. A `billing_day` (1-31) stands in for the anchor's own day of the month; days and weeks have no use for it.
    """

    anchor: Date
    cadence: Cadence
    billing_day: int | None = None

    def __post_init__(self) -> None:
        if self.cadence.hours:
            raise InvalidInputError([Fault("interval", "an hourly cadence has no calendar days")])
        if self.billing_day is not None and not 1 <= self.billing_day <= 31:
            raise InvalidInputError([Fault("billingDay", "must be from 1 to 31")])

    def date(self, number: int) -> Date:
        """Return the day that many periods after the anchor's (before it, when negative)."""
        months = self.cadence.months
        return self._by_months(number * months) if months else self._by_days(number * self.cadence.days)

    def renewal_dates(self, limit: int) -> tuple[Date, ...]:
        """Return the first days on which it renews: those after the anchor's."""
        return tuple(self.date(number) for number in range(1, limit + 1))

    def number_on_or_before(self, day: Date) -> int:
        """Return the number of the latest billing day that is not after the day."""
        months = self.cadence.months
        if not months:
            return (self._ordinal(day) - self._ordinal(self.anchor)) // self.cadence.days
        number = (self._month_index(day) - self._month_index(self.anchor)) // months
        return number if self.date(number) <= day else number - 1

    def whole_periods_until(self, day: Date) -> int:
        """Count the periods that lie wholly between the anchor and the day; negative when the day comes first."""
        number = self.number_on_or_before(day)
        return number if number >= 0 or self.date(number) == day else number + 1

    def date_on_or_after(self, day: Date) -> Date:
        """Return the day if it is a billing day, else the next billing day."""
        latest = self.date(self.number_on_or_before(day))
        return latest if latest == day else self.date_after(day)

    def date_after(self, day: Date) -> Date:
        """Return the first billing day that comes after the day."""
        return self.date(self.number_on_or_before(day) + 1)

    def share(self, start: Date, end: Date) -> Share:
        """Return how many periods lie between two days, each day weighing what it is of its own period."""
        return Share(self._position(end) - self._position(start))

    def share_before_anchor(self, start: Date) -> Share:
        """Measure the days from the start to the anchor in lengths of the period that ends there."""
        return Share(Fraction(self.days_between(start, self.date(0)), self._length(-1)))

    def share_after_anchor(self, end: Date) -> Share:
        """Measure the days from the anchor to the end in lengths of the period that starts there."""
        return Share(Fraction(self.days_between(self.date(0), end), self._length(0)))

    @classmethod
    def days_between(cls, start: Date, end: Date) -> int:
        return cls._ordinal(end) - cls._ordinal(start)

    def _position(self, day: Date) -> Fraction:
        number = self.number_on_or_before(day)
        return number + Fraction(self.days_between(self.date(number), day), self._length(number))

    def _length(self, number: int) -> int:
        return self.days_between(self.date(number), self.date(number + 1))

    def _by_months(self, months: int) -> Date:
        year, month = divmod(self._month_index(self.anchor) + months, 12)
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise OutsideHorizonError
        target = YearMonth(year, month + 1)
        return target.on_day(min(self.billing_day or self.anchor.day, target.days_in_month()))

    def _by_days(self, days: int) -> Date:
        if not _FIRST_DAY <= self._ordinal(self.anchor) + days <= _LAST_DAY:
            raise OutsideHorizonError
        return self.anchor.add(days=days)

    @staticmethod
    def _month_index(day: Date) -> int:
        return day.year * 12 + day.month - 1

    @staticmethod
    def _ordinal(day: Date) -> int:
        return day.to_stdlib().toordinal()
