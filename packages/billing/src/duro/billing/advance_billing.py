from dataclasses import dataclass
from typing import final

from whenever import Date

from duro.billing.billing_calendar import BillingCalendar
from duro.billing.share import Share


@final
@dataclass(frozen=True, slots=True)
class AdvanceBilling:
    """What is billed, in advance, of a service that runs from one local day up to another, or on and on.

    On the first day the part-period before the first billing day is billed, on each billing day the period that starts
    there, as much of it as lies before the end.
    """

    calendar: BillingCalendar
    start: Date
    end: Date | None = None

    @classmethod
    def after_trial(cls, calendar: BillingCalendar, start: Date, trial_days: int) -> "AdvanceBilling":
        """Bill from the day after a trial's last."""
        return cls(calendar, start.add(days=trial_days))

    @property
    def whole_from(self) -> Date:
        """The first billing day: whole periods start there."""
        return self.calendar.date_on_or_after(self.start)

    @property
    def part_days(self) -> int:
        """Days in the part-period before the first billing day; none if it starts on one."""
        return self.calendar.days_between(self.start, self.whole_from)

    def share_billed_by(self, day: Date) -> Share:
        """Add up, in whole periods, what is billed up to and including the day."""
        if day < self.start:
            return Share.NOTHING
        billed_until = self.calendar.date_after(day)
        last = billed_until if self.end is None else max(self.start, min(self.end, billed_until))
        return self.calendar.share(self.start, last)

    def charge_dates(self, limit: int) -> tuple[Date, ...]:
        """Return the first days on which it bills: the first day of all, then billing days."""
        dates = [self.start]
        while len(dates) < limit:
            dates.append(self.calendar.date_after(dates[-1]))
        return tuple(dates[:limit])
