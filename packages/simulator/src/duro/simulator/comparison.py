from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, final

from duro.simulator.outcome import Outcome
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.seeds import Seed
from duro.simulator.world import World


class Windows(StrEnum):
    """For how long a case counts: each policy's own window, or the same for all."""

    OWN = "own"
    EQUAL = "equal"


@final
@dataclass(frozen=True, slots=True)
class Setting:
    """One table: which windows, and who may be paid otherwise than by card."""

    windows: Windows
    rails: Rails

    EQUAL_DAYS: ClassVar[int] = 30

    @classmethod
    def every(cls) -> "tuple[Setting, ...]":
        return tuple(cls(windows, rails) for rails in (Rails.NONE, Rails.ALL) for windows in Windows)

    def days(self, own: int) -> int:
        return own if self.windows is Windows.OWN else self.EQUAL_DAYS


@final
@dataclass(frozen=True, slots=True)
class Result:
    """What one policy measured in one setting, in every seed in turn."""

    setting: Setting
    policy: str
    window_days: int
    measures: Mapping[str, Sequence[float]]


@final
@dataclass(frozen=True, slots=True)
class Findings:
    """All that a comparison found, with what it was made of."""

    payers: int
    months: int
    seeds: tuple[Seed, ...]
    draws: tuple[Mapping[str, float], ...]
    cases: tuple[int, ...]
    at_risk: tuple[int, ...]
    results: tuple[Result, ...]

    def of(self, setting: Setting) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.setting == setting)


@final
@dataclass(frozen=True, slots=True)
class _Notes:
    """What is gathered while a comparison runs."""

    worlds: list[tuple[Mapping[str, float], int, int]] = field(
        default_factory=list[tuple[Mapping[str, float], int, int]]
    )
    measured: dict[tuple[Setting, str, int], dict[str, list[float]]] = field(
        default_factory=dict[tuple[Setting, str, int], dict[str, list[float]]]
    )

    def add(self, setting: Setting, policy: str, outcome: Outcome) -> None:
        into = self.measured.setdefault((setting, policy, outcome.window_days), {})
        for measure, value in outcome.measures().items():
            into.setdefault(measure, []).append(value)

    def results(self) -> tuple[Result, ...]:
        return tuple(
            Result(setting, policy, days, measures) for (setting, policy, days), measures in self.measured.items()
        )


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Every policy on the same cases of the same worlds, in every setting, seed by seed."""

    payers: int
    months: int
    seeds: tuple[Seed, ...]
    policies: tuple[str, ...]
    settings: tuple[Setting, ...] = field(default_factory=Setting.every)

    @property
    def steps(self) -> int:
        """Return how often `advance` will be called: once for each world, and for each policy in it."""
        return len(self.seeds) * (1 + len(self.policies))

    def run(self, advance: Callable[[str], None]) -> Findings:
        """Run it all; `advance` is told what comes next."""
        notes = _Notes()
        for number, seed in enumerate(self.seeds, start=1):
            where = f"world {number} of {len(self.seeds)}"
            advance(where)
            world = World.make(seed, payers=self.payers, months=self.months)
            notes.worlds.append((world.draws.values, len(world.cases), world.cases.at_risk))
            for name in self.policies:
                advance(f"{name}, {where}")
                for setting in self.settings:
                    notes.add(setting, name, self._play(world, name, setting))
        return Findings(
            payers=self.payers,
            months=self.months,
            seeds=self.seeds,
            draws=tuple(draws for draws, _, _ in notes.worlds),
            cases=tuple(cases for _, cases, _ in notes.worlds),
            at_risk=tuple(at_risk for _, _, at_risk in notes.worlds),
            results=notes.results(),
        )

    @staticmethod
    def _play(world: World, name: str, setting: Setting) -> Outcome:
        policy = Catalogue().make(name, world)
        days = setting.days(policy.window_days)
        return Season.prepare(world, policy, rails=setting.rails, window_days=days).play()
