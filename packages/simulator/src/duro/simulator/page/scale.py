from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import ClassVar, final


@final
@dataclass(frozen=True, slots=True)
class Scale:
    """Where values stand on a line of a chart, and the round values that are written beside it."""

    STEPS: ClassVar[tuple[float, ...]] = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)
    MOST_TICKS: ClassVar[int] = 8

    low: float
    high: float
    step: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], *, start: float, end: float) -> "Scale":
        """Cover all values from one round value to another."""
        low, high = min(values), max(values)
        step = next((s for s in cls.STEPS if (high - low) / s <= cls.MOST_TICKS), cls.STEPS[-1])
        first, last = floor(low / step) * step, ceil(high / step) * step
        return cls(first, last if last > first else first + step, step, start, end)

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> tuple[float, ...]:
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + number * self.step for number in range(count + 1))
