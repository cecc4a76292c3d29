from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import final

from duro.simulator.crew import Crew
from duro.simulator.findings import Findings, Series, Worlds
from duro.simulator.job import Done, Job
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.run import Run
from duro.simulator.seeds import Seed
from duro.simulator.table import Table, Windows
from duro.simulator.terms import Terms
from duro.simulator.variation import Variation


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Every policy on the same cases of the same worlds, for every table, seed by seed.

    In the worlds of a variation only the main question is put: card only, each policy's own window.
    """

    payers: int
    months: int
    seeds: tuple[Seed, ...]
    policies: tuple[str, ...]
    variations: tuple[Variation, ...] = ()
    windows: tuple[Windows, ...] = tuple(Windows)
    rails: tuple[Rails, ...] = Table.RAILS
    crew: Crew = field(default_factory=lambda: Crew(1))

    @property
    def steps(self) -> int:
        """Return how often `advance` will be called: once for each job."""
        return len(self._jobs(self.tables))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables that were asked for, the main one first in any case."""
        asked = dict.fromkeys([(Windows.OWN, Rails.NONE), *((w, rails) for rails in self.rails for w in self.windows)])
        return tuple(Table.of(windows, rails, self.policies) for windows, rails in asked)

    def run(self, advance: Callable[[str], None]) -> Findings:
        """Run it all; `advance` is told of each job that is done."""
        tables = self.tables
        found = self.crew.work(self._jobs(tables), advance)
        base, *varied = (
            self._worlds(variation, [done for done in found if done.job.variation == variation])
            for variation in (None, *self.variations)
        )
        return Findings(
            payers=self.payers,
            months=self.months,
            seeds=self.seeds,
            tables=tables,
            base=base,
            varied=tuple(varied),
        )

    def _jobs(self, tables: Sequence[Table]) -> list[Job]:
        main = Table.of(Windows.OWN, Rails.NONE, self.policies).runs
        every = tuple(dict.fromkeys(run for table in tables for run in table.runs))
        return [
            Job(seed, variation, self.payers, self.months, runs, f"{words}, seed {number} of {len(self.seeds)}")
            for number, seed in enumerate(self.seeds, start=1)
            for variation, asked in ((None, every), *((variation, main) for variation in self.variations))
            for words, runs in self._parts(asked, "base" if variation is None else variation.name)
        ]

    @staticmethod
    def _parts(runs: Sequence[Run], where: str) -> Iterator[tuple[str, tuple[Run, ...]]]:
        """Part runs by rails and policy, so that processes get even shares; quick ones stay together."""
        parts: dict[tuple[Rails, str], list[Run]] = {}
        for run in runs:
            policy = Terms.split(run.policy)[0]
            parts.setdefault((run.rails, policy if Catalogue().takes_terms(policy) else "ladders"), []).append(run)
        for (_, policy), part in parts.items():
            yield f"{where}, {policy}", tuple(part)

    @staticmethod
    def _worlds(variation: Variation | None, found: Sequence[Done]) -> Worlds:
        of_seed = {done.job.seed: done for done in found}.values()
        runs = dict.fromkeys(run for done in found for run in done.measured)
        return Worlds(
            variation=variation,
            draws=tuple(done.draws for done in of_seed),
            cases=tuple(done.cases for done in of_seed),
            at_risk=tuple(done.at_risk for done in of_seed),
            series={run: Series.of([done.measured[run] for done in found if run in done.measured]) for run in runs},
        )
