from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, final

_SATURDAY: Final = 5
_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (6, 12), (10, 1), (12, 25), (12, 26)})


@final
@dataclass(frozen=True, slots=True)
class Rhythms:
    """The calendars by which people are paid: a day of the month, the 31st for its last, or a day of the week.

    A day of the month that falls on a weekend or a holiday is paid on the working day before it. The holidays, by
    month and day, are Nigeria's that have a date of their own. Days are numbered from 1 January 1970 on.
    """

    MONTHLY: ClassVar[int] = 31
    WEEKLY: ClassVar[int] = 7
    COUNT: ClassVar[int] = MONTHLY + WEEKLY

    holidays: frozenset[tuple[int, int]] = _FIXED_HOLIDAYS

    def ages(self, day: int) -> tuple[int, ...]:
        """Return for every rhythm how many days before that day its last payday was, 0 on a payday."""
        then = date.fromordinal(day + _EPOCH)
        months = [self._paydays(then.year * 12 + then.month + ahead - 1) for ahead in (1, 0, -1)]
        monthly = (next(day - payday for payday in paydays if payday <= day) for paydays in zip(*months, strict=True))
        return (*monthly, *((then.weekday() - weekday) % 7 for weekday in range(self.WEEKLY)))

    def _paydays(self, month: int) -> tuple[int, ...]:
        """Return the paydays of one month, counted from the year 0 on, by nominal day."""
        first, after = (date(number // 12, number % 12 + 1, 1).toordinal() for number in (month, month + 1))
        return tuple(self._worked(min(first + ahead, after - 1)) for ahead in range(self.MONTHLY))

    def _worked(self, ordinal: int) -> int:
        then = date.fromordinal(ordinal)
        while then.weekday() >= _SATURDAY or (then.month, then.day) in self.holidays:
            ordinal -= 1
            then = date.fromordinal(ordinal)
        return ordinal - _EPOCH
