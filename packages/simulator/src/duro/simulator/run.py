from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from duro.simulator.calibration import Calibration
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.world import World


@final
@dataclass(frozen=True, slots=True)
class Run:
    """One policy, by its name in the catalogue, with some rails, on cases that count for so many days."""

    policy: str
    rails: Rails
    days: int

    def play(self, world: World) -> "Measured":
        policy = Catalogue().make(self.policy, world)
        outcome = Season.prepare(world, policy, rails=self.rails, window_days=self.days).play()
        return Measured(outcome.measures(), outcome.calibration)


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """What a run measured in one world."""

    measures: Mapping[str, float]
    calibration: Calibration
