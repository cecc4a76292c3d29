from collections.abc import Sequence
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in words: what it shows, its headings, its rows, and what to know when reading it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def as_markdown(self) -> str:
        lines = [self.title + ":", "", self._line(self.headings), self._line(["---"] * len(self.headings))]
        lines += [self._line(row) for row in self.rows]
        return "\n".join([*lines, *(["", self.note] if self.note else [])]) + "\n"

    @staticmethod
    def _line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cells) + " |"
