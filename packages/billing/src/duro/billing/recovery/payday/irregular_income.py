from dataclasses import dataclass
from math import exp
from typing import Final, final

_FLOOR: Final = 0.03


@final
@dataclass(frozen=True, slots=True)
class IrregularIncome:
    """Money that comes on any day, so many days apart on average, and lasts for so many."""

    wait_days: int
    lasts_days: int

    def chance(self, gap: int, *, was_money: bool | None) -> float:
        """Return how likely money is there, so many days after it was there or wasn't; or whenever, if nobody knows."""
        share = self.lasts_days / (self.wait_days + self.lasts_days)
        if was_money is None:
            return share
        fades = exp(-gap * (1 / self.wait_days + 1 / self.lasts_days))
        chance = share + (was_money - share) * fades
        return min(max(chance, _FLOOR), 1 - _FLOOR)
