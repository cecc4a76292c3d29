from collections.abc import Iterable, Sequence
from typing import Annotated, final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from duro.cli.errors import CommandError
from duro.simulator.comparison import Comparison, Findings, Setting, Windows
from duro.simulator.policies.catalogue import Catalogue, UnknownPolicyError
from duro.simulator.post import Rails
from duro.simulator.seeds import SeedBook
from duro.simulator.simulation_report import SimulationReport


class PolicyNotFoundError(CommandError):
    """A policy was named that nobody wrote."""


@final
class SimulateCommand:
    """Compares ways to recover failed charges in a made-up world."""

    def __init__(self, *, console: Console) -> None:
        self._console = console

    def run(
        self,
        *,
        payers: Annotated[int, typer.Option(min=10, max=200_000, help="How many payers a world has.")] = 2_000,
        months: Annotated[int, typer.Option(min=1, max=36, help="For how many months they renew.")] = 12,
        seeds: Annotated[int, typer.Option(min=1, max=len(SeedBook.EVALUATION), help="How many worlds.")] = 20,
        policies: Annotated[
            str, typer.Option(help="Which policies, with commas between; even_K_in_D is K tries evenly over D days.")
        ] = ",".join(Catalogue.NAMES),
        development: Annotated[
            bool, typer.Option("--development", help="Use the seeds for building policies, not those that judge them.")
        ] = False,
        json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
    ) -> None:
        """Compare policies on the same failures of made-up payers; docs/explanation/simulation.md says how."""
        book = SeedBook.DEVELOPMENT if development else SeedBook.EVALUATION
        if seeds > len(book):
            message = f"There are {len(book)} development seeds."
            raise typer.BadParameter(message)
        try:
            names = tuple(dict.fromkeys(Catalogue().check(name.strip()) for name in policies.split(",")))
        except UnknownPolicyError as error:
            raise PolicyNotFoundError(str(error)) from error
        findings = self._compare(Comparison(payers=payers, months=months, seeds=book[:seeds], policies=names))
        self._show(findings)
        if json:
            self._console.file.write(SimulationReport(findings).as_json() + "\n")

    def _compare(self, comparison: Comparison) -> Findings:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(TextColumn("{task.description}"), *columns, console=self._console, transient=True) as progress:
            task = progress.add_task("begin", total=comparison.steps)
            done = -1

            def advance(what: str) -> None:
                nonlocal done
                done += 1
                progress.update(task, completed=done, description=what)

            return comparison.run(advance)

    def _show(self, findings: Findings) -> None:
        report = SimulationReport(findings)
        self._tabulate(
            "what is believed of the world, and what was drawn",
            ("range", "from, to", "drawn", "source"),
            report.priors(),
        )
        for setting in Setting.every():
            self._tabulate(report.title(setting), SimulationReport.HEADINGS, report.rows(setting))
        common = Setting(Windows.EQUAL, Rails.NONE)
        title = report.title(common)
        self._tabulate(f"what came back of each reason: {title}", SimulationReport.REASONS, report.reasons(common))
        self._tabulate(f"what had come back by when: {title}", SimulationReport.CURVE, report.curve(common))
        self._console.print(
            f"{len(findings.seeds)} worlds of {findings.payers:,} payers over {findings.months} months, "
            f"{sum(findings.cases):,} failed charges. Recovered is per cent of all money that failed, with its 95 % "
            "interval over worlds; what is open is lost. Breaches are per world.",
            highlight=False,
            soft_wrap=True,
        )

    def _tabulate(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for number, heading in enumerate(headings):
            table.add_column(heading, no_wrap=number == 0, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)
