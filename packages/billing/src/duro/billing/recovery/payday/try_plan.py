from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from duro.billing.recovery.payday.particle_weights import ParticleWeights


@final
@dataclass(slots=True)
class TryPlan:
    """Tries that are being planned, one after the other, each where it gains most given those planned before.

    `ways` has the ways in which money is there on each day, `worth` what a charge of it is worth that day, and `cost`
    what a failed try costs.
    """

    weights: ParticleWeights
    ways: Mapping[int, int]
    worth: Mapping[int, float]
    cost: float
    planned: dict[int, float] = field(default_factory=dict[int, float])
    met: int = 0
    total: int = field(init=False)
    bounds: dict[int, float] = field(init=False)

    def __post_init__(self) -> None:
        self.total = max(self.weights.under(-1), 1)
        self.bounds = dict(self.worth)

    def add(self) -> bool:
        """Plan one more try, the first in any case, the others if they gain anything; say whether one was planned."""
        if not self.bounds:
            return False
        day, gain, chance = self._best()
        if self.planned and gain <= 0:
            return False
        self.planned[day] = chance
        self.met |= self.ways[day]
        del self.bounds[day]
        return True

    def chance(self, day: int) -> float:
        """Return how likely money is there on a day, whatever else is planned."""
        return self.weights.under(self.ways[day]) / self.total

    def _best(self) -> tuple[int, float, float]:
        """Return the day that gains most, what it gains, and how likely it meets money that the others don't.

        `bounds` holds the most that each day could gain: what it brought before its cost, which further tries only
        lower.
        """
        found, most, likely = 0, float("-inf"), 0.0
        for day in sorted(self.bounds, key=self.bounds.__getitem__, reverse=True):
            if self.bounds[day] <= most:
                break
            chance = self.weights.under(self.ways[day] & ~self.met) / self.total
            brings = self.bounds[day] = chance * self.worth[day]
            fails = 1 - chance - sum(other for at, other in self.planned.items() if at < day)
            if brings - self.cost * fails > most:
                found, most, likely = day, brings - self.cost * fails, chance
        return found, most, likely
