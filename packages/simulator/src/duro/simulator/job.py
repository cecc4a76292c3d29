from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from duro.simulator.priors import Priors
from duro.simulator.run import Measured, Run
from duro.simulator.seeds import Seed
from duro.simulator.variation import Variation
from duro.simulator.world import World


@final
@dataclass(frozen=True, slots=True)
class Job:
    """Runs in one world: what one process does at a time. It makes the world itself, the same as any other does."""

    seed: Seed
    variation: Variation | None
    payers: int
    months: int
    runs: tuple[Run, ...]
    words: str

    def do(self) -> "Done":
        priors = Priors() if self.variation is None else self.variation.priors
        world = World.make(self.seed, payers=self.payers, months=self.months, priors=priors)
        return Done(
            job=self,
            draws=world.draws.values,
            cases=len(world.cases),
            at_risk=world.cases.at_risk,
            measured={run: run.play(world) for run in self.runs},
        )


@final
@dataclass(frozen=True, slots=True)
class Done:
    """What a job found."""

    job: Job
    draws: Mapping[str, float]
    cases: int
    at_risk: int
    measured: Mapping[Run, Measured]
