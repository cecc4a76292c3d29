from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from duro.simulator.answer import Answer
from duro.simulator.arrays import Floats, Ints
from duro.simulator.docket import Docket


@final
@dataclass(frozen=True, slots=True)
class Calibration:
    """What a policy said of its charges against what became of them, in ten bins of the chance that it gave."""

    BINS: ClassVar[int] = 10

    charges: Ints
    expected: Floats
    approved: Ints

    @classmethod
    def of(cls, docket: Docket) -> "Calibration":
        """Count the charges of which a chance was said."""
        said = np.isfinite(docket.expected)
        expected = docket.expected[said]
        approved = (docket.answers[said] == Answer.APPROVED).astype(np.float64)
        column = np.clip((expected * cls.BINS).astype(np.int64), 0, cls.BINS - 1)
        return cls(
            np.bincount(column, minlength=cls.BINS).astype(np.int64),
            np.bincount(column, weights=expected, minlength=cls.BINS).astype(np.float64),
            np.bincount(column, weights=approved, minlength=cls.BINS).astype(np.int64),
        )

    def __add__(self, other: "Calibration") -> "Calibration":
        return Calibration(self.charges + other.charges, self.expected + other.expected, self.approved + other.approved)

    @property
    def total(self) -> int:
        return int(self.charges.sum())

    @property
    def gap(self) -> float:
        """Return how far apart said and actual are in the mean, over bins weighted by their charges."""
        return float(np.abs(self.expected - self.approved).sum()) / max(self.total, 1)

    def rows(self) -> tuple[tuple[float, float, int, float, float], ...]:
        """List the bins that aren't empty: from, to, charges, and the shares that were said and that came true."""
        return tuple(
            (
                column / self.BINS,
                (column + 1) / self.BINS,
                int(count),
                float(self.expected[column] / count),
                float(self.approved[column] / count),
            )
            for column, count in enumerate(self.charges.tolist())
            if count
        )
