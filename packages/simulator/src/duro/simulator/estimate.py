import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

_Z: Final = 1.959964


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds with its 95 % interval by Student's t; one seed has no interval.

    A seed without a value (NaN) doesn't count. Where none has one, nothing is known, the mean included.
    """

    mean: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Estimate":
        array = np.array([value for value in values if not math.isnan(value)], dtype=np.float64)
        count = len(array)
        mean = float(array.mean()) if count else math.nan
        if count < 2:
            return cls(mean, None, None)
        half = cls._quantile(count - 1) * float(array.std(ddof=1)) / count**0.5
        return cls(mean, mean - half, mean + half)

    @property
    def is_known(self) -> bool:
        return not math.isnan(self.mean)

    @staticmethod
    def _quantile(freedom: int) -> float:
        """Return the 97.5 % point of Student's t (Cornish and Fisher's expansion; exact where it is far off)."""
        exact = (12.7062, 4.30265, 3.18245, 2.77645, 2.57058)
        if freedom <= len(exact):
            return exact[freedom - 1]
        first = (_Z**3 + _Z) / 4
        second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96
        third = (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384
        return _Z + first / freedom + second / freedom**2 + third / freedom**3

    def as_json(self) -> dict[str, float | None]:
        return {"mean": self.mean if self.is_known else None, "low": self.low, "high": self.high}
