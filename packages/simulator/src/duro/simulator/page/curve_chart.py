from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.page.node import Node
from duro.simulator.page.scale import Scale


@final
@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points, x and y, with its name at its end."""

    label: str
    kind: str
    points: tuple[tuple[float, float], ...]


@final
@dataclass(frozen=True, slots=True)
class CurveChart:
    """Lines over a common axis, with their names at their ends, moved apart where they would meet."""

    WIDTH: ClassVar[int] = 780
    HEIGHT: ClassVar[int] = 340
    LEFT: ClassVar[int] = 52
    RIGHT: ClassVar[int] = 190
    BOTTOM: ClassVar[int] = 44
    LEAST_GAP: ClassVar[float] = 16.0

    title: str
    across: str
    curves: tuple[Curve, ...]

    def node(self) -> Node:
        points = [point for curve in self.curves for point in curve.points]
        horizontal = Scale.around([x for x, _ in points], start=self.LEFT, end=self.WIDTH - self.RIGHT)
        upward = Scale.around([0.0, 100.0, *(y for _, y in points)], start=self.HEIGHT - self.BOTTOM, end=14)
        return Node.of(
            "svg",
            Node.of("title", self.title),
            *self._grid(horizontal, upward),
            *(part for curve in self.curves for part in self._line(curve, horizontal, upward)),
            *self._names(horizontal, upward),
            viewBox=f"0 0 {self.WIDTH} {self.HEIGHT}",
            role="img",
        )

    def _grid(self, horizontal: Scale, upward: Scale) -> Iterator[Node]:
        for tick in upward.ticks:
            y = upward.at(tick)
            yield Node.of("line", class_="grid", x1=horizontal.start, x2=horizontal.end, y1=y, y2=y)
            yield Node.of("text", f"{tick:g} %", class_="tick", x=self.LEFT - 8, y=y + 4, text_anchor="end")
        below = self.HEIGHT - self.BOTTOM
        for tick in horizontal.ticks:
            yield Node.of("text", f"{tick:g}", class_="tick", x=horizontal.at(tick), y=below + 18, text_anchor="middle")
        middle = (horizontal.start + horizontal.end) / 2
        yield Node.of("text", self.across, class_="tick", x=middle, y=below + 38, text_anchor="middle")

    @staticmethod
    def _line(curve: Curve, horizontal: Scale, upward: Scale) -> Iterator[Node]:
        placed = [(horizontal.at(x), upward.at(y)) for x, y in curve.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        yield Node.of("polyline", class_=f"curve {curve.kind}", points=path)
        for x, y in placed:
            yield Node.of("circle", class_=f"mark {curve.kind}", cx=x, cy=y, r=3.5)

    def _names(self, horizontal: Scale, upward: Scale) -> Iterator[Node]:
        ends = sorted((upward.at(curve.points[-1][1]), curve.label, curve.kind) for curve in self.curves)
        lowest = 0.0
        for y, label, kind in ends:
            lowest = max(y, lowest + self.LEAST_GAP)
            yield Node.of("text", label, class_=f"label {kind}", x=horizontal.end + 12, y=lowest + 4)
