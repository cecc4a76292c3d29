from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.estimate import Estimate
from duro.simulator.findings import Series


@final
@dataclass(frozen=True, slots=True)
class Figures:
    """How the figures of one run are written: shares in per cent, differences in points, with 95 % intervals."""

    NONE: ClassVar[str] = "–"

    series: Series

    def share(self, measure: str) -> str:
        estimate = self.series.estimate(measure)
        return f"{100 * estimate.mean:.1f}" if estimate.is_known else self.NONE

    def number(self, measure: str, places: int = 1) -> str:
        return f"{self.series.mean(measure):,.{places}f}"

    def with_interval(self, measure: str = "recovered_share") -> str:
        estimate = self.series.estimate(measure)
        return f"{100 * estimate.mean:.1f}{self.interval(estimate)}"

    def against(self, control: Series, measure: str = "recovered_share") -> str:
        """Say the difference to the control in points, paired by seed; of the control itself, nothing."""
        if control is self.series:
            return self.NONE
        difference = self.series.against(control, measure)
        return f"{100 * difference.mean:+z.1f}{self.interval(difference)}" if difference.is_known else self.NONE

    @staticmethod
    def interval(estimate: Estimate) -> str:
        """Write the ends of an interval in brackets, or nothing where there is none."""
        if estimate.low is None or estimate.high is None:
            return ""
        return f" ({100 * estimate.low:z.1f} to {100 * estimate.high:z.1f})"
