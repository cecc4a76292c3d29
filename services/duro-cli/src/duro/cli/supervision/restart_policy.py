from dataclasses import dataclass
from typing import Self, final

from whenever import TimeDelta


@final
@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a process that died is started again: doubling, bounded, forgiven after a calm run."""

    first: TimeDelta
    ceiling: TimeDelta
    calm: TimeDelta

    @classmethod
    def usual(cls) -> Self:
        return cls(first=TimeDelta(milliseconds=200), ceiling=TimeDelta(seconds=10), calm=TimeDelta(seconds=30))

    def delay(self, failures: int) -> TimeDelta:
        """Return the wait after that many deaths in a row, the last one included."""
        doublings = min(max(failures - 1, 0), 30)
        return min(self.first * 2**doublings, self.ceiling)

    def is_calm(self, ran_for: TimeDelta) -> bool:
        """Say whether a process ran long enough for its earlier deaths to be forgotten."""
        return ran_for >= self.calm
