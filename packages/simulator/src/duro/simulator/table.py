from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, final

from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.run import Run
from duro.simulator.terms import Terms


class Windows(StrEnum):
    """For how long cases count, and how many tries a policy has."""

    OWN = "own"
    EQUAL = "equal"
    RIVALS = "rivals"
    EQUAL_TRIES = "equal_tries"


@final
@dataclass(frozen=True, slots=True)
class Group:
    """Runs that are compared with one another, and the control among them."""

    runs: tuple[Run, ...]
    control: Run
    terms: Terms | None = None


@final
@dataclass(frozen=True, slots=True)
class Table:
    """One question put to all policies: on whose terms, and who may be paid otherwise than by card."""

    EQUAL_DAYS: ClassVar[int] = 30
    CONTROL: ClassVar[Terms] = Terms(6, 30)
    RAILS: ClassVar[tuple[Rails, ...]] = (Rails.NONE, Rails.ALL, Rails.AS_ASKED)

    windows: Windows
    rails: Rails
    groups: tuple[Group, ...]

    @classmethod
    def every(cls, policies: Sequence[str]) -> "tuple[Table, ...]":
        """Put every question to some policies: four, with each way to treat rails."""
        return tuple(cls.of(windows, rails, policies) for rails in cls.RAILS for windows in Windows)

    @classmethod
    def of(cls, windows: Windows, rails: Rails, policies: Sequence[str]) -> "Table":
        """Put one question; the control is always there."""
        if windows is Windows.RIVALS or windows is Windows.EQUAL_TRIES:
            return cls(windows, rails, tuple(cls._duels(windows, rails, policies)))
        names = dict.fromkeys([*policies, cls.control_name()])
        catalogue = Catalogue()
        days = {name: catalogue.terms(name).days if windows is Windows.OWN else cls.EQUAL_DAYS for name in names}
        runs = tuple(Run(name, rails, days[name]) for name in names)
        control = Run(cls.control_name(), rails, days[cls.control_name()])
        return cls(windows, rails, (Group(runs, control),))

    @classmethod
    def control_name(cls) -> str:
        return cls.CONTROL.named(Catalogue.EVEN)

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(dict.fromkeys(run for group in self.groups for run in group.runs))

    @property
    def words(self) -> str:
        rails = {
            Rails.NONE: "card only",
            Rails.ALL: "with rails for all",
            Rails.AS_ASKED: "with rails for those whose policy asks for them",
        }
        windows = {
            Windows.OWN: "each policy's own window",
            Windows.EQUAL: f"{self.EQUAL_DAYS} days for all",
            Windows.RIVALS: "a rival's tries and window",
            Windows.EQUAL_TRIES: f"{self.EQUAL_DAYS} days and a rival's tries",
        }
        return f"{rails[self.rails]}, {windows[self.windows]}"

    @classmethod
    def _duels(cls, windows: Windows, rails: Rails, policies: Sequence[str]) -> Iterator[Group]:
        """Set policies that take any terms against rivals, group by group of rivals on the same terms."""
        catalogue = Catalogue()
        flexible = tuple(name for name in policies if catalogue.takes_terms(name))
        rivals = [name for name in policies if name not in flexible and not catalogue.is_bound(name)]
        found: dict[Terms, list[str]] = {}
        for name in rivals:
            own = catalogue.terms(name)
            terms = own if windows is Windows.RIVALS else Terms(own.tries, cls.EQUAL_DAYS)
            found.setdefault(terms, []).append(name)
        for terms in sorted(found, key=lambda terms: (terms.tries, terms.days)):
            control = terms.named(Catalogue.EVEN)
            names = (*found[terms], control, *(terms.named(name) for name in flexible))
            yield Group(cls._on(names, rails, terms.days), Run(control, rails, terms.days), terms)

    @staticmethod
    def _on(names: Iterable[str], rails: Rails, days: int) -> tuple[Run, ...]:
        return tuple(Run(name, rails, days) for name in dict.fromkeys(names))
