from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source


@final
@dataclass(frozen=True, slots=True)
class Lengths:
    """A file is one class and a few small values: past a number of lines it holds two ideas."""

    most_lines: int
    name: str = "long-file"

    def check(self, source: Source) -> Iterator[Finding]:
        lines = source.text.count("\n")
        if source.is_python and lines > self.most_lines:
            yield Finding(
                self.most_lines + 1, f"{lines} lines, more than {self.most_lines}: split it where it holds two ideas."
            )
