from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final, final

from duro.simulator.policies.engine import EnginePolicy
from duro.simulator.policies.ladder import Ladder
from duro.simulator.policies.month_end import MonthEnd
from duro.simulator.policies.oracle import Oracle
from duro.simulator.policy import Policy
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline
from duro.simulator.world import World

_DAY: Final = Timeline.DAY


class UnknownPolicyError(ValueError):
    """No policy has that name."""

    def __init__(self, name: str) -> None:
        known = ", ".join((*Catalogue.NAMES, *Catalogue.PARTS))
        super().__init__(f"There is no policy named {name}: choose of {known} or even_K_in_D.")


@final
@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every policy by its name. Only the oracle is given the world; it is a bound and no policy.

    `PARTS` are the learner with one thing taken away, to see what it brings; they run when they are named.
    """

    EVEN: ClassVar[str] = Ladder.EVEN

    NAMES: ClassVar[tuple[str, ...]] = (
        "fixed_daily",
        "half_hourly_3",
        "ladder_1_3_5_7",
        "ladder_2_7_14_21",
        "ladder_8_8_8",
        "even_4_in_14",
        "even_8_in_14",
        "even_4_in_30",
        "even_6_in_30",
        EnginePolicy.CALENDAR,
        EnginePolicy.HEDGED,
        EnginePolicy.LEARNED,
        "oracle",
    )
    PARTS: ClassVar[tuple[str, ...]] = (EnginePolicy.UNREMINDED, EnginePolicy.CAUTIOUS, EnginePolicy.DEFAULT)

    def check(self, name: str) -> str:
        """Return the name if there is such a policy, else raise UnknownPolicyError."""
        if name not in self._bounds():
            self.without_world(name)
        return name

    def make(self, name: str, world: World) -> Policy:
        """Make a policy; raise UnknownPolicyError for a name that nobody has."""
        bounds = self._bounds()
        return bounds[name](world) if name in bounds else self.without_world(name)

    def terms(self, name: str) -> Terms:
        """Return the tries and the window of a policy, its own unless its name says others."""
        if self.is_bound(name):
            return Oracle.TERMS
        policy = self.without_world(name)
        return Terms(policy.most_tries, policy.window_days)

    def is_bound(self, name: str) -> bool:
        """Say whether it is no policy but a bound, which sees what is hidden."""
        return name in self._bounds()

    def takes_terms(self, name: str) -> bool:
        """Say whether the policy of that name can be made to work on any terms."""
        return name in self._flexible()

    def without_world(self, name: str) -> Policy:
        """Make a policy that needs no world to see into; raise UnknownPolicyError for a bound."""
        fixed, flexible = self._fixed(), self._flexible()
        if name in fixed:
            return fixed[name]()
        policy, terms = Terms.split(name)
        if policy == Ladder.EVEN and terms is not None:
            return Ladder.even(terms)
        if policy in flexible:
            return flexible[policy](terms)
        raise UnknownPolicyError(name)

    @staticmethod
    def _bounds() -> Mapping[str, Callable[[World], Policy]]:
        return MappingProxyType({Oracle.NAME: Oracle})

    @staticmethod
    def _flexible() -> Mapping[str, Callable[[Terms | None], Policy]]:
        """List the policies that can be given other terms; without any they have their own."""
        return MappingProxyType(
            {
                EnginePolicy.CALENDAR: EnginePolicy.calendar,
                EnginePolicy.HEDGED: EnginePolicy.hedged,
                EnginePolicy.LEARNED: EnginePolicy.learned,
                EnginePolicy.UNREMINDED: EnginePolicy.unreminded,
                EnginePolicy.CAUTIOUS: EnginePolicy.cautious,
                EnginePolicy.DEFAULT: EnginePolicy.default,
            }
        )

    @staticmethod
    def _fixed() -> Mapping[str, Callable[[], Policy]]:
        first_day = Timeline(1).first_date
        return MappingProxyType(
            {
                "fixed_daily": lambda: Ladder.of_days("fixed_daily", (1, 2, 3), 3, is_blind=True),
                "half_hourly_3": lambda: Ladder("half_hourly_3", (1, 2, 3), 1, is_blind=True),
                "ladder_1_3_5_7": lambda: Ladder(
                    "ladder_1_3_5_7", (_DAY, 3 * _DAY, 5 * _DAY, 7 * _DAY), 14, month_end=MonthEnd(first_day)
                ),
                "ladder_2_7_14_21": lambda: Ladder.of_days("ladder_2_7_14_21", (2, 7, 14, 21), 21),
                "ladder_8_8_8": lambda: Ladder.of_days("ladder_8_8_8", (8, 16, 24), 24),
            }
        )
