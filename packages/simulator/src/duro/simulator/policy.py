from typing import Protocol

from duro.simulator.case_view import CaseView
from duro.simulator.plan import Plan


class Policy(Protocol):
    """A way to recover failed charges. It sees views of cases, decides what is next for each, and remembers nothing."""

    @property
    def name(self) -> str: ...

    @property
    def window_days(self) -> int:
        """Return for how many days it works on a case."""
        ...

    @property
    def most_tries(self) -> int:
        """Return how often it charges a case at most after the failed renewal."""
        ...

    def decide(self, view: CaseView) -> Plan: ...
