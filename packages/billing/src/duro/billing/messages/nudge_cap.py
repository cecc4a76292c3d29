from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from whenever import Date, Instant, Time

from duro.billing.zone import Zone


@final
@dataclass(frozen=True, slots=True)
class NudgeCap:
    """How many requests for money a person gets on one day of their own calendar, from all merchants together."""

    most_a_day: int = 1

    def __post_init__(self) -> None:
        if self.most_a_day < 1:
            message = "A cap lets at least one nudge a day through."
            raise ValueError(message)

    @staticmethod
    def day_of(at: Instant, zone: Zone) -> Date:
        """Return the day that a nudge at this instant counts for."""
        return zone.local(at).date()

    def next_allowed(self, at: Instant, zone: Zone, *, nudged_at: Sequence[Instant]) -> Instant:
        """Return the instant itself, or the start of the first later day that isn't full.

        `nudged_at` are the person's other nudges, those that are planned included.
        """
        full = [self.day_of(nudge, zone) for nudge in nudged_at]
        first = day = self.day_of(at, zone)
        while full.count(day) >= self.most_a_day:
            day = day.add(days=1)
        return at if day == first else zone.instant(day.at(Time.MIN))
