import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self, final

_ATTRIBUTE = re.compile(r'\b(tests|failures|errors|skipped)="(\d+)"')
_OPENING = re.compile(r"<testsuite\b[^>]*>")


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """How many tests passed and how many did not; errors count as failures."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @classmethod
    def read(cls, report: Path) -> Self | None:
        """Read the totals of a JUnit report; None when the run ended without writing one."""
        if not report.is_file():
            return None
        opening = _OPENING.search(report.read_text(errors="replace"))
        if opening is None:
            return None
        counts = {name: int(count) for name, count in _ATTRIBUTE.findall(opening.group())}
        failed = counts.get("failures", 0) + counts.get("errors", 0)
        skipped = counts.get("skipped", 0)
        return cls(passed=max(0, counts.get("tests", 0) - failed - skipped), failed=failed, skipped=skipped)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"
