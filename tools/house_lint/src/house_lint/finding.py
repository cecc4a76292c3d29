from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, final

from house_lint.source import Source


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken, and what to do instead."""

    line: int
    sentence: str


class Rule(Protocol):
    """One rule of the house."""

    @property
    def name(self) -> str: ...

    def check(self, source: Source) -> Iterator[Finding]: ...
