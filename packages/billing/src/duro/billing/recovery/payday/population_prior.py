from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, final

from duro.billing.recovery.payday.irregular_income import IrregularIncome
from duro.billing.recovery.payday.rhythms import Rhythms

_IRREGULAR: Final = (IrregularIncome(30, 4), IrregularIncome(15, 4), IrregularIncome(7, 3), IrregularIncome(12, 12))


@final
@dataclass(frozen=True, slots=True)
class PopulationPrior:
    """What is believed of a payer of whom nothing was seen: how people are paid, and for how many days money lasts.

    Days of the month peak from the 24th to the 28th and from the last working day on, as public and private paydays
    are said to; every other day keeps a share, since nobody has counted. What is left of the shares has no rhythm.
    Shares are in percent, odds are relative.
    """

    month_end: int = 42
    middle: int = 6
    any_day: int = 8
    weekly: int = 11
    month_ends: Mapping[int, int] = field(
        default_factory=lambda: MappingProxyType(
            {24: 2, 25: 5, 26: 3, 27: 3, 28: 4, 29: 2, 30: 3, 31: 4, 1: 2, 2: 1, 3: 1}
        )
    )
    middles: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({14: 1, 15: 4, 16: 1}))
    weekdays: tuple[int, ...] = (1, 1, 1, 1, 4, 2, 1)
    lasts: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({1: 2, 3: 4, 7: 5, 14: 5, 28: 4}))
    irregular: tuple[IrregularIncome, ...] = _IRREGULAR

    def __post_init__(self) -> None:
        if self.any_day < 1 or self.month_end + self.middle + self.any_day + self.weekly > 99:
            message = "A prior leaves a chance to every day of the month and to money without a rhythm."
            raise ValueError(message)

    def odds(self) -> tuple[float, ...]:
        """Return the odds of each rhythm with each time that money lasts, by rhythm, then of each irregular income."""
        lasts = [odds / sum(self.lasts.values()) for odds in self.lasts.values()]
        regular = tuple(share * each for share in (*self._monthly(), *self._weekly()) for each in lasts)
        return (*regular, *((1 - sum(regular)) / len(self.irregular) for _ in self.irregular))

    def _monthly(self) -> tuple[float, ...]:
        ends, middles = sum(self.month_ends.values()), sum(self.middles.values())
        return tuple(
            self.month_end * self.month_ends.get(day, 0) / ends / 100
            + self.middle * self.middles.get(day, 0) / middles / 100
            + self.any_day / Rhythms.MONTHLY / 100
            for day in range(1, Rhythms.MONTHLY + 1)
        )

    def _weekly(self) -> tuple[float, ...]:
        return tuple(self.weekly * odds / sum(self.weekdays) / 100 for odds in self.weekdays)
