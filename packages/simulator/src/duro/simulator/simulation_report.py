from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from duro.simulator.figures import Figures
from duro.simulator.findings import Findings, Worlds
from duro.simulator.headline import Headline
from duro.simulator.outcome import Outcome
from duro.simulator.policies.engine import EnginePolicy
from duro.simulator.priors import Priors
from duro.simulator.role import Role
from duro.simulator.run import Run
from duro.simulator.seeds import SeedBook
from duro.simulator.sheet import Sheet
from duro.simulator.table import Group, Table, Windows


@final
@dataclass(frozen=True, slots=True)
class SimulationReport:
    """Findings in words and figures, sheet by sheet. Every share is of all money that failed, in per cent."""

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "policy",
        "window",
        "recovered",
        f"against {Table.control_name()}",
        "tries",
        "breaches",
        "messages",
        "days",
        "unpaid days",
        "kept",
        "canceled",
        "life",
        "discounted",
    )
    DUELS: ClassVar[tuple[str, ...]] = (
        "tries and window",
        "policy",
        "recovered",
        "against even",
        "tries",
        "unpaid days",
        "kept",
        "discounted",
    )
    NOTE: ClassVar[str] = (
        "Recovered is per cent of all money that failed, with its 95 % interval over worlds; what is open is lost. "
        "The difference is paired by world. Breaches are per world; days are until a recovery; a case is unpaid "
        "until it is recovered, for 30 days at most. Kept are payers who never left and whose last case was "
        "recovered; canceled are cases after which a payer left. Life is the money of a subscription's life, of all "
        "that was billed, if it ends with its first lost case. Discounted money loses 1 % of its worth a day."
    )

    findings: Findings

    def sheets(self) -> tuple[Sheet, ...]:
        """Return every sheet, the ranges first."""
        return (
            self.priors(),
            self.answer(),
            *(self.table(table) for table in self.findings.tables),
            self.curve(),
            *self.parts(),
            *self.learning(),
            *self.calibration(),
            *((self.sensitivity(),) if self.findings.varied else ()),
        )

    def as_markdown(self) -> str:
        return "\n".join(sheet.as_markdown() for sheet in self.sheets())

    @property
    def made_of(self) -> str:
        """Say in one sentence what was simulated."""
        findings = self.findings
        return (
            f"{len(findings.seeds)} worlds ({SeedBook.words(findings.seeds)}) of {findings.payers:,} payers over "
            f"{findings.months} months, {sum(findings.base.cases):,} failed charges."
        )

    def priors(self) -> Sheet:
        """Show each range with the mean of what the worlds drew from it and where it comes from."""
        rows: list[tuple[str, ...]] = []
        for name, span in Priors().rows():
            drawn = [draws[name] for draws in self.findings.base.draws]
            rows.append((name, f"{span.low:g} to {span.high:g}", f"{sum(drawn) / len(drawn):.3g}", span.source))
        title = "What is believed of the world, and what was drawn"
        return Sheet(title, ("range", "from, to", "drawn", "source"), tuple(rows))

    def answer(self) -> Sheet:
        """Show the few figures that answer the main question, paired by world, with their intervals."""
        rows = tuple(Headline(self.findings).cards())
        return Sheet(
            "The answer in a few figures (card only, each policy's own window)", ("figure", "what it is"), rows
        )

    def table(self, table: Table) -> Sheet:
        """Show the runs of a table, best first; where policies meet on a rival's terms, group by group."""
        title = table.words[0].upper() + table.words[1:]
        if table.windows is Windows.RIVALS or table.windows is Windows.EQUAL_TRIES:
            return Sheet(title, self.DUELS, tuple(row for group in table.groups for row in self._duels(group)))
        rows = tuple(self._row(run, group.control) for group in table.groups for run in self._best_first(group.runs))
        return Sheet(title, self.HEADINGS, rows, self.NOTE if table == self.findings.main else "")

    def curve(self) -> Sheet:
        """Show what each policy has brought back, of all money at risk, by day 7, 14, 21 and 30."""
        measures = [f"recovered_share_by_day_{day}" for day in Outcome.CURVE_DAYS]
        return self._shares("What had come back by when", [f"by day {day}" for day in Outcome.CURVE_DAYS], measures)

    def parts(self) -> Iterator[Sheet]:
        """Show what came back of each reason, and of first failures and later ones; and the gain on the control."""
        names = [reason.name.lower() for reason in Outcome.REASONS]
        reasons = [name.replace("_", " ") for name in names], [f"recovered_share_of_{name}" for name in names]
        for words, (headings, measures) in (
            ("each reason", reasons),
            ("a payer's first failure and of later ones", self._by_failure()),
        ):
            yield self._shares(f"What came back of {words}", headings, measures)
            if len(self.findings.main.runs) > 1:
                yield self._gains(f"Points more than the control's of {words}", headings, measures)

    def learning(self) -> Iterator[Sheet]:
        """Show what knowing paydays adds, where both run that differ in nothing else: in all, and by what was seen."""
        runs = {run.policy: run for run in self.findings.main.runs}
        if {EnginePolicy.LEARNED, EnginePolicy.HEDGED} <= set(runs):
            learned, hedged = (
                self.findings.base.series[runs[name]] for name in (EnginePolicy.LEARNED, EnginePolicy.HEDGED)
            )
            headings, measures = self._by_failure()
            cells = [Figures(learned).against(hedged, measure) for measure in ("recovered_share", *measures)]
            title = f"Points that {EnginePolicy.LEARNED} has over {EnginePolicy.HEDGED}, which reminds alike"
            yield Sheet(f"{title} (card only, each policy's own window)", ("all", *headings), (tuple(cells),))

    @staticmethod
    def _by_failure() -> tuple[list[str], list[str]]:
        headings = [f"failure {first}" if first == last else f"{first} to {last}" for first, last in Outcome.FAILURES]
        return headings, [f"recovered_share_at_failure_{first}" for first, _ in Outcome.FAILURES]

    def calibration(self) -> Iterator[Sheet]:
        """Show, for each policy that says chances, what it said of its charges against what became of them."""
        headings = ("said", "charges", "said in the mean, %", "approved, %")
        for run in self.findings.main.runs:
            found = self.findings.base.series[run].calibration
            rows = tuple(
                (f"{100 * low:.0f} to {100 * high:.0f} %", f"{count:,}", f"{100 * said:.1f}", f"{100 * came:.1f}")
                for low, high, count, said, came in found.rows()
            )
            if rows:
                note = f"Said and approved are {100 * found.gap:.1f} points apart in the mean over charges."
                yield Sheet(f"What {run.policy} said of its charges, and what became of them", headings, rows, note)

    def sensitivity(self) -> Sheet:
        """Show, for worlds in which one belief is changed, each flexible policy, the best rival and the bound."""
        control, runs = self.findings.control, self.findings.main.runs
        ours = [run for run in runs if Role.of(run.policy) in {Role.OURS, Role.BOUND}]
        rivals = [run for run in runs if Role.of(run.policy) is Role.RIVAL]
        every = (self.findings.base, *self.findings.varied)
        best = ("best published ladder",) if rivals else ()
        return Sheet(
            "When the world is otherwise (card only, each policy's own window)",
            ("world", control.policy, *(run.policy for run in ours), *best, "what is different"),
            tuple(self._varied(worlds, control, ours, rivals) for worlds in every),
            "The control's share in per cent; the others' difference to it in points, paired by world.",
        )

    def _varied(self, worlds: Worlds, control: Run, ours: Sequence[Run], rivals: Sequence[Run]) -> tuple[str, ...]:
        variation, against = worlds.variation, worlds.series[control]
        cells = [Figures(worlds.series[run]).against(against) for run in ours]
        if rivals:
            best = max(rivals, key=lambda run: worlds.series[run].mean("recovered_share"))
            cells.append(f"{best.policy} {Figures(worlds.series[best]).against(against)}")
        name, words = ("base", "nothing") if variation is None else (variation.name, variation.words)
        return (name, Figures(against).share("recovered_share"), *cells, words)

    def _row(self, run: Run, control: Run) -> tuple[str, ...]:
        series = self.findings.base.series
        figures = Figures(series[run])
        return (
            run.policy,
            f"{run.days} d",
            figures.with_interval(),
            figures.against(series[control]),
            figures.number("attempts_per_case", 2),
            figures.number("breaches", 0),
            figures.number("messages_per_case", 2),
            figures.number("days_to_recovery"),
            figures.number("unpaid_days_per_case"),
            *(figures.share(measure) for measure in ("kept_share", "canceled_share", "life_share", "discounted_share")),
        )

    def _duels(self, group: Group) -> Iterator[tuple[str, ...]]:
        series, terms = self.findings.base.series, group.terms
        words = "" if terms is None else f"{terms.tries} in {terms.days} d"
        for run in self._best_first(group.runs):
            figures = Figures(series[run])
            yield (
                words,
                run.policy,
                figures.with_interval(),
                figures.against(series[group.control]),
                figures.number("attempts_per_case", 2),
                figures.number("unpaid_days_per_case"),
                figures.share("kept_share"),
                figures.share("discounted_share"),
            )

    def _shares(self, title: str, headings: Sequence[str], measures: Sequence[str]) -> Sheet:
        rows = tuple(
            (run.policy, *(Figures(self.findings.base.series[run]).share(measure) for measure in measures))
            for run in self._best_first(self.findings.main.runs)
        )
        return Sheet(f"{title} (card only, each policy's own window)", ("policy", *headings), rows)

    def _gains(self, title: str, headings: Sequence[str], measures: Sequence[str]) -> Sheet:
        """Show the difference of each policy to the control, paired by world."""
        series, control = self.findings.base.series, self.findings.control
        rows = tuple(
            (run.policy, *(Figures(series[run]).against(series[control], measure) for measure in measures))
            for run in self._best_first(self.findings.main.runs)
            if run != control
        )
        return Sheet(f"{title} (card only, each policy's own window)", ("policy", *headings), rows)

    def _best_first(self, runs: Sequence[Run]) -> list[Run]:
        return self.findings.best_first(runs)
