from dataclasses import dataclass
from enum import IntEnum
from typing import Final, final

import numpy as np

from duro.simulator.arrays import Floats, Ints
from duro.simulator.draws import Draws
from duro.simulator.timeline import Timeline

_SATURDAY: Final = 5
_LEAST_INCOME: Final = 40_000_00
_MONTH_END_DAYS: Final = (25, 26, 27, 28, 29, 30, 31, 1)
_MONTH_END_SHARES: Final = (0.22, 0.10, 0.10, 0.18, 0.08, 0.14, 0.10, 0.08)


class PayRhythm(IntEnum):
    """When a payer's money comes."""

    MONTH_END = 0
    FIFTEENTH = 1
    WEEKLY = 2
    IRREGULAR = 3


@final
@dataclass(frozen=True, slots=True)
class Incomes:
    """What comes into each payer's account on each day, in minor units, from what slot of that day on."""

    rhythm: Ints
    nominal_day: Ints
    monthly: Floats
    arrival: Ints
    daily: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many payers there are and how many days."""
        return len(self.daily), self.daily.size // max(len(self.daily), 1)

    @classmethod
    def draw(cls, *, payers: int, timeline: Timeline, draws: Draws, stream: np.random.Generator) -> "Incomes":
        shares = [draws["paid_at_month_end"], draws["paid_on_the_15th"], draws["paid_weekly"]]
        rhythm = stream.choice(len(PayRhythm), size=payers, p=[*shares, 1.0 - sum(shares)]).astype(np.int64)
        month_end = np.array(_MONTH_END_DAYS)[stream.choice(len(_MONTH_END_DAYS), size=payers, p=_MONTH_END_SHARES)]
        nominal = np.where(rhythm == PayRhythm.MONTH_END, month_end, 15).astype(np.int64)
        nominal = np.where(rhythm == PayRhythm.WEEKLY, stream.choice(7, size=payers, p=cls._weekday_shares()), nominal)
        monthly = _LEAST_INCOME * (1.0 + stream.lognormal(0.7, draws["income_spread"], size=payers))
        arrival = stream.integers(0, 19 * Timeline.HOUR, size=payers, dtype=np.int64)
        daily = np.zeros((payers, timeline.days))
        incomes = cls(rhythm, nominal, monthly, arrival, daily)
        incomes._pay_monthly(timeline, draws, stream)
        incomes._pay_weekly(timeline, stream)
        incomes._pay_irregularly(stream)
        return incomes

    @staticmethod
    def _weekday_shares() -> list[float]:
        return [0.10, 0.05, 0.05, 0.10, 0.40, 0.25, 0.05]

    def _pay_monthly(self, timeline: Timeline, draws: Draws, stream: np.random.Generator) -> None:
        """Pay on the nominal day or, on a weekend, the working day before; sometimes days late, rarely weeks."""
        who = np.flatnonzero(self.rhythm <= PayRhythm.FIFTEENTH)
        weekdays = timeline.weekdays
        starts = np.flatnonzero(timeline.days_of_month == 1)
        for start, end in zip(starts, [*starts[1:], timeline.days], strict=True):
            day = np.minimum(start + self.nominal_day[who] - 1, end - 1)
            day -= np.maximum(weekdays[day] - _SATURDAY + 1, 0)
            luck = stream.random(len(who))
            late = np.where(luck < draws["late_pay"], stream.integers(1, 4, size=len(who)), 0)
            late = np.where(luck < draws["very_late_pay"], stream.integers(7, 15, size=len(who)), late)
            amount = self.monthly[who] * stream.lognormal(0.0, 0.05, size=len(who))
            day += late
            falls_within = (day >= 0) & (day < timeline.days)
            self.daily[who[falls_within], day[falls_within]] += amount[falls_within]

    def _pay_weekly(self, timeline: Timeline, stream: np.random.Generator) -> None:
        who = np.flatnonzero(self.rhythm == PayRhythm.WEEKLY)
        is_payday = timeline.weekdays[None, :] == self.nominal_day[who][:, None]
        sizes = stream.lognormal(0.0, 0.25, size=(len(who), timeline.days))
        self.daily[who] += is_payday * sizes * (self.monthly[who] * 7 / 30)[:, None]

    def _pay_irregularly(self, stream: np.random.Generator) -> None:
        """Pay each payer between 2 and 12 times a month, on days that nobody knows."""
        who = np.flatnonzero(self.rhythm == PayRhythm.IRREGULAR)
        shape = (len(who), self.shape[1])
        rate = stream.uniform(2.0, 12.0, size=len(who)) / 30
        comes = stream.random(shape) < rate[:, None]
        sizes = stream.lognormal(-0.18, 0.6, size=shape)
        self.daily[who] += comes * sizes * (self.monthly[who] / 30 / rate)[:, None]
