"""How long each policy takes over a year of one world, and how fast it decides, beside one that decides nothing."""

import argparse
import json
import time
from dataclasses import dataclass, field
from typing import final

from duro.simulator.case_view import CaseView
from duro.simulator.plan import Plan
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.policy import Policy
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.seeds import SeedBook
from duro.simulator.world import World


@final
class Waiting:
    """The least that any policy costs: the world goes on and nothing is decided."""

    name, window_days, most_tries = "waiting", 30, 0

    def decide(self, view: CaseView) -> Plan:
        return Plan.waiting(len(view))


@final
@dataclass
class Timed:
    """A policy with a watch: how many decisions it took, and how long they took alone."""

    policy: Policy
    decisions: int = field(default=0)
    seconds: float = field(default=0.0)

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def window_days(self) -> int:
        return self.policy.window_days

    @property
    def most_tries(self) -> int:
        return self.policy.most_tries

    def decide(self, view: CaseView) -> Plan:
        started = time.perf_counter()
        plan = self.policy.decide(view)
        self.seconds += time.perf_counter() - started
        self.decisions += len(view)
        return plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payers", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--policies", default=",".join(Catalogue.NAMES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    world = World.make(SeedBook.DEVELOPMENT[0], payers=options.payers, months=options.months)
    figures: dict[str, float] = {"cases": len(world.cases), "world_seconds": time.perf_counter() - started}
    for policy in (Waiting(), *(Catalogue().make(name, world) for name in options.policies.split(","))):
        timed, started = Timed(policy), time.perf_counter()
        season = Season.prepare(world, timed, rails=Rails.NONE, window_days=policy.window_days)
        assert season.play().at_risk == world.cases.at_risk
        figures[f"{policy.name}_seconds"] = time.perf_counter() - started
        figures[f"{policy.name}_decisions_per_second"] = timed.decisions / max(timed.seconds, 1e-9)
    for name, value in figures.items():
        print(f"{name:44} {value:>16,.2f}")
    if options.json:
        print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
