from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

_Late: TypeAlias = Sequence[tuple[int, float]]

_FLOOR: Final = 0.03
_SCARCE: Final = 0.05


@final
@dataclass(frozen=True, slots=True)
class MoneySpells:
    """How likely money is there so many days after a payday: pay is late at times, and money runs out after a while.

    `late` has the days of delay with their shares. Money that lasts so many days is still there on the last of them in
    half of all months. No chance is so small or so large that one sight could rule a hypothesis out.
    """

    late: _Late = ((0, 0.80), (1, 0.06), (2, 0.05), (3, 0.04), (7, 0.02), (10, 0.02), (14, 0.01))

    def chance(self, age: int, *, lasts: int, cycle: int, last: tuple[int, bool] | None) -> float:
        """Return the chance at an age in days. `last` is the age at the sight before, in the same cycle, and the sight.

        An account that was empty since the payday fills only when the pay was late, and money that was there is still
        there or was spent.
        """
        if last is None:
            return self._kept(self._joint(age, lasts, cycle, self.late))
        before, was_money = last
        then = self._joint(before, lasts, cycle, self.late)
        arrives = tuple(late for late in self.late if before < late[0] <= age)
        if not was_money:
            return self._kept(self._joint(age, lasts, cycle, arrives) / max(1 - then, _SCARCE))
        stays = tuple(late for late in self.late if late not in arrives)
        return self._kept(self._joint(age, lasts, cycle, stays) / max(then, _SCARCE))

    @classmethod
    def _joint(cls, age: int, lasts: int, cycle: int, late: _Late) -> float:
        """Return the chance of these delays with money there: until pay comes, what is left of the pay before."""
        return sum(share * cls._survives(age - days if days <= age else age + cycle, lasts) for days, share in late)

    @staticmethod
    def _survives(days: int, lasts: int) -> float:
        return 1 / (1 + ((days + 0.5) / lasts) ** 3)

    @staticmethod
    def _kept(chance: float) -> float:
        return min(max(chance, _FLOOR), 1 - _FLOOR)
