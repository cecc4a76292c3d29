from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar, final

from duro.simulator.estimate import Estimate
from duro.simulator.findings import Findings
from duro.simulator.headline import Headline
from duro.simulator.outcome import Outcome
from duro.simulator.page.curve_chart import Curve, CurveChart
from duro.simulator.page.interval_chart import Bar, IntervalChart
from duro.simulator.page.node import Node
from duro.simulator.page.words import Words
from duro.simulator.post import Rails
from duro.simulator.role import Role
from duro.simulator.run import Run
from duro.simulator.sheet import Sheet
from duro.simulator.simulation_report import SimulationReport
from duro.simulator.table import Table, Windows


@final
@dataclass(frozen=True, slots=True)
class ReportPage:
    """Findings as one page that a merchant understands: it needs no other file, no script and no network."""

    LONG: ClassVar[int] = 44

    findings: Findings
    command: str

    def html(self) -> str:
        title = "Which way of recovering failed charges brings back more?"
        head = Node.of(
            "head",
            Node.of("meta", charset="utf-8"),
            Node.of("meta", name="viewport", content="width=device-width, initial-scale=1"),
            Node.of("title", title),
            Node.of("style", files("duro.simulator.page").joinpath("report.css").read_text(encoding="utf-8")),
        )
        body = Node.of("body", Node.of("main", Node.of("h1", title), *self._parts()))
        return f"<!doctype html>\n{Node.of('html', head, body, lang='en').as_html()}\n"

    def _parts(self) -> Iterator[Node]:
        headline = Headline(self.findings)
        yield Node.of("p", headline.sentence, class_="lead")
        cards = (Node.of("li", Node.of("strong", large), Node.of("span", small)) for large, small in headline.cards())
        yield Node.of("ul", *cards, class_="cards")
        yield self._section("What this is", Node.of("p", " ".join(Words.PURPOSE)), self._made_of())
        yield self._section("How much comes back", *self._recovered())
        yield self._section("How soon", *self._sooner())
        if self._duels():
            yield self._section("On equal terms", *self._equal())
        if self.findings.varied:
            yield self._section("If the world is otherwise", *self._otherwise())
        yield self._section("What else was asked", *self._others())
        yield self._section("What it leaves out", Node.of("ul", *(Node.of("li", text) for text in Words.LEFT_OUT)))
        yield self._section("What is believed of the world", *self._believed())

    def _recovered(self) -> Iterator[Node]:
        report, findings = self._report, self.findings
        yield Node.of(
            "p",
            "Per cent of all money that failed, each policy for as long as it works on a case, cards only. A dot is "
            "the mean over all worlds, the bar around it its 95 % interval. What is still open is lost. Green are "
            "Duro's own, orange evenly spread tries, grey the published ladders; blue is the bound that nobody passes.",
        )
        bars = tuple(
            self._bar(run, findings.base.series[run].estimate("recovered_share"))
            for run in findings.best_first(findings.main.runs)
        )
        yield self._figure(IntervalChart("Money recovered by each policy, in per cent", bars, are_differences=False))
        names = tuple((run.policy, Words.of(run.policy)) for run in findings.main.runs)
        yield self._folded(Sheet("What each policy does", ("policy", "what it does"), names))
        yield self._table(report.table(findings.main))

    def _sooner(self) -> Iterator[Node]:
        days = (0, *Outcome.CURVE_DAYS)
        curves = tuple(
            Curve(run.policy, Role.of(run.policy).value, tuple((float(day), self._by(run, day)) for day in days))
            for run in self._chosen()
        )
        yield self._figure(CurveChart("Money recovered by day", "days since the charge failed", curves))
        for sheet in (self._report.curve(), *self._report.parts(), *self._report.learning()):
            yield self._folded(sheet)

    def _equal(self) -> Iterator[Node]:
        """Show our best policy against even spacing, given a rival's tries, in its window and in 30 days."""
        yield Node.of(
            "p",
            "A policy with more time or more tries brings back more; that alone is no art. Here Duro's policies are "
            "given the tries and the window of each rival, and as many tries spread evenly are the measure: how many "
            "points more or less came back than with those.",
        )
        for table in self._duels():
            bars = tuple(
                self._bar(run, self._difference(run, group.control))
                for group in table.groups
                for run in self.findings.best_first(group.runs)
                if run != group.control
            )
            yield Node.of("p", f"{table.words[0].upper()}{table.words[1:]}, in points against even spacing:")
            yield self._figure(IntervalChart(table.words, bars, are_differences=True))
            yield self._folded(self._report.table(table))

    def _otherwise(self) -> Iterator[Node]:
        ours = self.findings.best(Role.OURS) or self.findings.best(Role.RIVAL)
        control = self.findings.control
        if ours is not None:
            yield Node.of("p", f"{ours.policy} against {control.policy}, in points, where one belief is wrong:")
            bars = tuple(
                Bar(
                    "base" if worlds.variation is None else worlds.variation.name,
                    Role.of(ours.policy).value,
                    worlds.series[ours].against(worlds.series[control]),
                )
                for worlds in (self.findings.base, *self.findings.varied)
            )
            yield self._figure(IntervalChart("Differences in other worlds", bars, are_differences=True))
        yield self._table(self._report.sensitivity())

    def _others(self) -> Iterator[Node]:
        for sheet in self._report.calibration():
            yield self._folded(sheet)
        shown = {self.findings.main, *self._duels()}
        for table in self.findings.tables:
            if table not in shown:
                yield self._folded(self._report.table(table))

    def _believed(self) -> Iterator[Node]:
        yield Node.of("p", "Every world draws one value from each range. The means of what was drawn:")
        yield self._table(self._report.priors())

    def _made_of(self) -> Node:
        return Node.of("p", self._report.made_of, " Made by ", Node.of("code", self.command), ".", class_="note")

    @property
    def _report(self) -> SimulationReport:
        return SimulationReport(self.findings)

    def _duels(self) -> tuple[Table, ...]:
        has_ours = self.findings.best(Role.OURS) is not None
        wanted = {Windows.RIVALS, Windows.EQUAL_TRIES} if has_ours else set[Windows]()
        tables = (table for table in self.findings.tables if table.windows in wanted and table.rails is Rails.NONE)
        return tuple(table for table in tables if table.groups)

    def _chosen(self) -> Sequence[Run]:
        """Choose what a chart of lines can carry: the bound, ours, the control, and the best two ladders."""
        runs = self.findings.best_first(self.findings.main.runs)
        ladders = [run for run in runs if Role.of(run.policy) is Role.RIVAL][:2]
        always = {Role.OURS, Role.BOUND}
        return [run for run in runs if Role.of(run.policy) in always or run == self.findings.control or run in ladders]

    def _by(self, run: Run, day: int) -> float:
        return 100 * self.findings.base.series[run].mean(f"recovered_share_by_day_{day}") if day else 0.0

    def _difference(self, run: Run, control: Run) -> Estimate:
        series = self.findings.base.series
        return series[run].against(series[control])

    @staticmethod
    def _bar(run: Run, estimate: Estimate) -> Bar:
        return Bar(run.policy, Role.of(run.policy).value, estimate)

    @staticmethod
    def _section(title: str, *children: Node) -> Node:
        return Node.of("section", Node.of("h2", title), *children)

    @staticmethod
    def _figure(chart: IntervalChart | CurveChart) -> Node:
        return Node.of("figure", chart.node())

    @classmethod
    def _folded(cls, sheet: Sheet) -> Node:
        return Node.of("details", Node.of("summary", sheet.title), cls._table(sheet))

    @classmethod
    def _table(cls, sheet: Sheet) -> Node:
        head = Node.of("tr", *(Node.of("th", heading, scope="col") for heading in sheet.headings))
        rows = (Node.of("tr", *(cls._cell(cell) for cell in row)) for row in sheet.rows)
        table = Node.of("table", Node.of("caption", sheet.title), Node.of("thead", head), Node.of("tbody", *rows))
        note = (Node.of("p", sheet.note, class_="note"),) if sheet.note else ()
        return Node.of("div", Node.of("div", table, class_="wide"), *note)

    @classmethod
    def _cell(cls, text: str) -> Node:
        return Node.of("td", text, class_="words") if len(text) > cls.LONG else Node.of("td", text)
