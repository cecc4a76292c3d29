from dataclasses import dataclass
from typing import final

from whenever import Instant, TimeDelta


@final
@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time [start, end)."""

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        if self.end <= self.start:
            message = f"A period ends after it starts: [{self.start}, {self.end})."
            raise ValueError(message)

    def contains(self, instant: Instant) -> bool:
        return self.start <= instant < self.end

    def meets(self, other: "Period") -> bool:
        """Say whether the other period starts exactly where this one ends."""
        return self.end == other.start

    def length(self) -> TimeDelta:
        return self.end - self.start
