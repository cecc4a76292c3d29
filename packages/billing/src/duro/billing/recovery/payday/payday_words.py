from calendar import day_name
from collections import Counter
from dataclasses import dataclass
from typing import Final, final

from duro.billing.recovery.payday.local_days import LocalDays
from duro.billing.recovery.payday.payday_profile import PaydayProfile

_NEAR_DAYS: Final = 2
_WEEK: Final = 7
_MONTH_END: Final = frozenset({24, 25, 26, 27, 28, 29, 30, 31, 1, 2, 3})


@final
@dataclass(frozen=True, slots=True)
class PaydayWords:
    """Why a day was chosen, by nothing but what was seen: never more than can be counted."""

    profile: PaydayProfile
    calendar: LocalDays

    def why(self, day: int) -> str:
        return self._of_months(day) or self._of_weeks(day) or self._of_nobody(day)

    def _of_months(self, day: int) -> str:
        """Count the months in which something was seen on that day of the month or within two days of it.

        The day that is named is the one on which money was seen most often.
        """
        nominal = self.calendar.day_of_month(day)
        months: dict[int, bool] = {}
        money: Counter[int] = Counter()
        for sight in self.profile.sights:
            seen = sight >> 1
            near = range(seen - _NEAR_DAYS, seen + _NEAR_DAYS + 1)
            start = next((other for other in near if self.calendar.day_of_month(other) == nominal), None)
            if start is not None:
                months[start] = months.get(start, False) or bool(sight & 1)
                money[self.calendar.day_of_month(seen)] += sight & 1
        named = max(money, key=money.__getitem__, default=nominal)
        nearly = "on" if money[named] == money.total() else "about"
        return self._counted(f"{nearly} the {self._ordinal(named)}", list(months.values()), "months")

    def _of_weeks(self, day: int) -> str:
        days = {sight >> 1: bool(sight & 1) for sight in self.profile.sights if (day - (sight >> 1)) % _WEEK == 0}
        return self._counted(f"on a {day_name[self.calendar.weekday(day)]}", list(days.values()), "looks")

    @staticmethod
    def _counted(when: str, seen: list[bool], of: str) -> str:
        if len(seen) < 2 or 2 * sum(seen) <= len(seen):
            return ""
        return f"Money was there {when} in {sum(seen)} of the last {len(seen)} {of}."

    def _of_nobody(self, day: int) -> str:
        if self.calendar.day_of_month(day) in _MONTH_END:
            return "Many people are paid about then."
        return "Little is known of when money comes: tries are spread over the days that remain."

    @staticmethod
    def _ordinal(number: int) -> str:
        ending = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
