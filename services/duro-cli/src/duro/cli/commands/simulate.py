import asyncio
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar, final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from duro.cli.errors import CommandError
from duro.cli.replay.tenant_replay import TenantReplay
from duro.cli.screen.sheet_view import SheetView
from duro.kernel import Mode
from duro.simulator.comparison import Comparison
from duro.simulator.crew import Crew
from duro.simulator.findings import Findings
from duro.simulator.findings_json import FindingsJson
from duro.simulator.page.report_page import ReportPage
from duro.simulator.policies.catalogue import Catalogue, UnknownPolicyError
from duro.simulator.post import Rails
from duro.simulator.seeds import Seed, SeedBook, SeedNotFoundError
from duro.simulator.simulation_report import SimulationReport
from duro.simulator.table import Windows
from duro.simulator.variation import Variation

_Choice = TypeVar("_Choice", bound=StrEnum)


class PolicyNotFoundError(CommandError):
    """A policy was named that nobody wrote."""


class FileNotWrittenError(CommandError):
    """A file that was asked for can't be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path} can't be written: {error.strerror}.")


@final
class SimulateCommand:
    """Compares ways to recover failed charges: in a made-up world, or on what really failed for a merchant."""

    def __init__(self, *, console: Console, replay: TenantReplay) -> None:
        self._console = console
        self._replay = replay

    def run(
        self,
        *,
        payers: Annotated[int, typer.Option(min=10, max=200_000, help="How many payers a world has.")] = 2_000,
        months: Annotated[int, typer.Option(min=1, max=36, help="For how many months they renew.")] = 12,
        seeds: Annotated[int, typer.Option(min=1, max=len(SeedBook.EVALUATION), help="How many worlds.")] = 20,
        first_seed: Annotated[
            int,
            typer.Option(min=1, help="Number of the first seed; from the 21st on they are held out for figures."),
        ] = 1,
        policies: Annotated[
            str,
            typer.Option(
                help="Which policies, with commas between; even_K_in_D is K tries evenly over D days, and Duro's own "
                "take such terms too: duro_calendar_4_in_21."
            ),
        ] = ",".join(Catalogue.NAMES),
        windows: Annotated[
            str,
            typer.Option(
                help="Which tables: each policy's own window, an equal one of 30 days, a rival's window and tries, or "
                "equal_tries in 30 days."
            ),
        ] = ",".join(Windows),
        rails: Annotated[
            str, typer.Option(help="Who is paid otherwise than by card: nobody, everybody, or who asks for it.")
        ] = ",".join(Rails),
        sensitivity: Annotated[
            bool, typer.Option("--sensitivity", help="Also ask in all worlds in which one belief is wrong.")
        ] = False,
        worlds: Annotated[
            str | None, typer.Option(help="Also ask in these of the worlds in which one belief is wrong.")
        ] = None,
        development: Annotated[
            bool, typer.Option("--development", help="Use the seeds for building policies, not those that judge them.")
        ] = False,
        processes: Annotated[
            int | None, typer.Option(min=1, max=64, help="How many processes share the work; one a core if not said.")
        ] = None,
        markdown: Annotated[Path | None, typer.Option(help="Write every table into this file, in Markdown.")] = None,
        html: Annotated[Path | None, typer.Option(help="Write a report for people into this file, one page.")] = None,
        from_tenant: Annotated[
            str | None,
            typer.Option(help="Replay this merchant's own failures of so many months instead, as far as data allows."),
        ] = None,
        mode: Annotated[Mode, typer.Option(help="Whose failures to replay: of live or of test mode.")] = Mode.LIVE,
        json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
    ) -> None:
        """Compare policies on the same failures of made-up payers; docs/explanation/simulation.md says how."""
        names = self._named(policies)
        if from_tenant is not None:
            if markdown is not None or html is not None:
                message = "--markdown and --html describe made-up worlds; with --from-tenant there is --json."
                raise typer.BadParameter(message)
            line = asyncio.run(self._replay.execute(from_tenant, mode=mode, months=months, policies=names))
            self._end(line, is_wanted=json)
            return
        comparison = Comparison(
            payers=payers,
            months=months,
            seeds=self._seeds(seeds, first=first_seed, development=development),
            policies=names,
            windows=self._chosen(windows, Windows),
            rails=self._chosen(rails, Rails),
            variations=Variation.published() if sensitivity else self._varied(worlds),
            crew=Crew(processes or os.cpu_count() or 1),
        )
        findings = self._compare(comparison)
        report = SimulationReport(findings)
        for sheet in report.sheets():
            self._console.print(SheetView(sheet).fitting(self._console.width), "")
        self._say(report.made_of)
        if markdown is not None:
            self._write(markdown, report.as_markdown())
        if html is not None:
            words = ["duro simulate", f"--payers {payers} --months {months} --seeds {seeds}"]
            words += [] if first_seed == 1 else [f"--first-seed {first_seed}"]
            words += [] if names == Catalogue.NAMES else [f"--policies {','.join(names)}"]
            words += [] if windows == ",".join(Windows) else [f"--windows {windows}"]
            words += [] if rails == ",".join(Rails) else [f"--rails {rails}"]
            words += [] if worlds is None or sensitivity else [f"--worlds {worlds}"]
            words += ["--sensitivity"] * sensitivity + ["--development"] * development
            self._write(html, ReportPage(findings, " ".join(words).replace(", ", ",")).html())
        self._end(FindingsJson(findings).line(), is_wanted=json)

    def _write(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FileNotWrittenError(path, error) from error
        self._say(f"Written: {path}")

    def _end(self, line: str, *, is_wanted: bool) -> None:
        if is_wanted:
            self._console.file.write(line + "\n")

    @staticmethod
    def _named(policies: str) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(Catalogue().check(name.strip()) for name in policies.split(",")))
        except UnknownPolicyError as error:
            raise PolicyNotFoundError(str(error)) from error

    @staticmethod
    def _seeds(count: int, *, first: int, development: bool) -> tuple[Seed, ...]:
        try:
            return SeedBook.take(count, first=first, development=development)
        except SeedNotFoundError as error:
            raise typer.BadParameter(str(error)) from error

    @staticmethod
    def _varied(names: str | None) -> tuple[Variation, ...]:
        known = {variation.name: variation for variation in Variation.published()}
        chosen = tuple(dict.fromkeys(name.strip() for name in names.split(","))) if names is not None else ()
        if not set(chosen) <= set(known):
            message = f"Choose of {', '.join(known)}."
            raise typer.BadParameter(message)
        return tuple(known[name] for name in chosen)

    @staticmethod
    def _chosen(names: str, kind: type[_Choice]) -> tuple[_Choice, ...]:
        try:
            return tuple(dict.fromkeys(kind(name.strip()) for name in names.split(",")))
        except ValueError as error:
            message = f"Choose of {', '.join(kind)}."
            raise typer.BadParameter(message) from error

    def _compare(self, comparison: Comparison) -> Findings:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, TextColumn("{task.description}"), console=self._console, transient=True) as progress:
            task = progress.add_task("making the first worlds", total=comparison.steps)
            return comparison.run(lambda done: progress.update(task, advance=1, description=f"done: {done}"))

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
