from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.estimate import Estimate
from duro.simulator.page.node import Node
from duro.simulator.page.scale import Scale


@final
@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: whose, how much in per cent or points with its interval, and of which kind."""

    label: str
    kind: str
    estimate: Estimate

    @property
    def values(self) -> tuple[float, float, float]:
        """Return low, mean and high in per cent; without an interval all are the mean."""
        mean = 100 * self.estimate.mean
        low, high = self.estimate.low, self.estimate.high
        return (mean if low is None else 100 * low, mean, mean if high is None else 100 * high)


@final
@dataclass(frozen=True, slots=True)
class IntervalChart:
    """A dot and an interval per line, with its figures beside it. Differences get a line where there is none."""

    WIDTH: ClassVar[int] = 800
    LABELS: ClassVar[int] = 215
    FIGURES: ClassVar[int] = 165
    ROW: ClassVar[int] = 28
    TOP: ClassVar[int] = 26

    title: str
    bars: tuple[Bar, ...]
    are_differences: bool

    def node(self) -> Node:
        values = [value for bar in self.bars for value in bar.values]
        ends = [*values, 0.0] if self.are_differences else [*values, 0.0, 100.0]
        scale = Scale.around(ends, start=self.LABELS, end=self.WIDTH - self.FIGURES - 10)
        height = self.TOP + self.ROW * len(self.bars) + 6
        return Node.of(
            "svg",
            Node.of("title", self.title),
            *self._grid(scale, height),
            *(part for number, bar in enumerate(self.bars) for part in self._line(scale, number, bar)),
            viewBox=f"0 0 {self.WIDTH} {height}",
            role="img",
        )

    def _grid(self, scale: Scale, height: int) -> Iterator[Node]:
        for tick in scale.ticks:
            x = scale.at(tick)
            is_zero = self.are_differences and tick == 0
            yield Node.of("line", class_="zero" if is_zero else "grid", x1=x, x2=x, y1=self.TOP - 6, y2=height)
            text = f"{tick:+g}" if self.are_differences and tick else f"{tick:g}"
            yield Node.of("text", text, class_="tick", x=x, y=self.TOP - 12, text_anchor="middle")

    def _line(self, scale: Scale, number: int, bar: Bar) -> Iterator[Node]:
        y = self.TOP + self.ROW * number + self.ROW / 2
        low, mean, high = bar.values
        kind = f"mark {bar.kind}"
        yield Node.of("text", bar.label, class_=f"label {bar.kind}", x=self.LABELS - 12, y=y + 4, text_anchor="end")
        yield Node.of("line", class_=kind, x1=scale.at(low), x2=scale.at(high), y1=y, y2=y)
        yield Node.of("circle", class_=kind, cx=scale.at(mean), cy=y, r=5)
        sign = "+" if self.are_differences else ""
        spread = f" ({low:z.1f} to {high:z.1f})" if bar.estimate.low is not None else ""
        yield Node.of("text", f"{mean:{sign}z.1f}{spread}", class_="figure", x=self.WIDTH - self.FIGURES + 4, y=y + 4)
