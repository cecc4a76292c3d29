from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from duro.simulator.calibration import Calibration
from duro.simulator.estimate import Estimate
from duro.simulator.post import Rails
from duro.simulator.role import Role
from duro.simulator.run import Measured, Run
from duro.simulator.seeds import Seed
from duro.simulator.table import Table, Windows
from duro.simulator.variation import Variation


@final
@dataclass(frozen=True, slots=True)
class Series:
    """What one run measured, in every seed in turn; NaN in a seed that has nothing to measure."""

    measures: Mapping[str, Sequence[float]]
    calibration: Calibration

    @classmethod
    def of(cls, measured: Sequence[Measured]) -> "Series":
        names = measured[0].measures
        calibration = measured[0].calibration
        for further in measured[1:]:
            calibration += further.calibration
        return cls({name: [one.measures[name] for one in measured] for name in names}, calibration)

    def mean(self, measure: str) -> float:
        return self.estimate(measure).mean

    def estimate(self, measure: str) -> Estimate:
        return Estimate.of(self.measures[measure])

    def against(self, other: "Series", measure: str = "recovered_share") -> Estimate:
        """Return the difference to another run, paired by seed."""
        pairs = zip(self.measures[measure], other.measures[measure], strict=True)
        return Estimate.of([ours - theirs for ours, theirs in pairs])


@final
@dataclass(frozen=True, slots=True)
class Worlds:
    """The worlds of all seeds under one set of ranges, and what every run measured in them."""

    variation: Variation | None
    draws: tuple[Mapping[str, float], ...]
    cases: tuple[int, ...]
    at_risk: tuple[int, ...]
    series: Mapping[Run, Series]


@final
@dataclass(frozen=True, slots=True)
class Findings:
    """All that a comparison found, with what it was made of. The first table is the main one."""

    payers: int
    months: int
    seeds: tuple[Seed, ...]
    tables: tuple[Table, ...]
    base: Worlds
    varied: tuple[Worlds, ...]

    @property
    def main(self) -> Table:
        """Return the table of the main question: card only, each policy's own window."""
        return next(table for table in self.tables if (table.windows, table.rails) == (Windows.OWN, Rails.NONE))

    @property
    def control(self) -> Run:
        return self.main.groups[0].control

    def best(self, role: Role) -> Run | None:
        """Return the run of such a role that answers the main question best, if there is one."""
        return next((run for run in self.best_first(self.main.runs) if Role.of(run.policy) is role), None)

    def best_first(self, runs: Sequence[Run]) -> list[Run]:
        return sorted(runs, key=lambda run: -self.base.series[run].mean("recovered_share"))
