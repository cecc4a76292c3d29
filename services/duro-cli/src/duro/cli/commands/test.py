import asyncio
from collections.abc import Mapping, Sequence
from typing import final

import typer
from rich.console import Console
from rich.table import Table

from duro.cli.home import Home
from duro.cli.suites.request import TestRequest
from duro.cli.suites.runner import SuiteResult, SuiteRunner
from duro.cli.suites.suite import SuiteCatalogue
from duro.cli.suites.tally import Tally


@final
class TestCommand:
    """Runs the tests: all suites in order, or what was named."""

    __test__ = False

    def __init__(self, *, home: Home, environ: Mapping[str, str], console: Console) -> None:
        self._home = home
        self._environ = environ
        self._console = console

    def run(self, context: typer.Context) -> None:
        """Run all suites in order, or the paths given; options go to pytest as they are."""
        raise typer.Exit(asyncio.run(self.execute(context.args)))

    async def execute(self, words: Sequence[str]) -> int:
        """Return 0 when everything passed, else 1."""
        request = TestRequest.read(words, root=self._home.root)
        suites = request.suites(SuiteCatalogue(self._home.root))
        if not suites:
            self._console.print("There are no tests to run.", style="red")
            return 1
        runner = SuiteRunner(root=self._home.root, environ=self._environ)
        results: list[SuiteResult] = []
        for suite in suites:
            self._console.rule(suite.name, align="left")
            results.append(await runner.run(suite))
        return self._conclude(results, may_match_nothing=request.may_match_nothing)

    def _conclude(self, results: Sequence[SuiteResult], *, may_match_nothing: bool) -> int:
        table = Table(title="time per suite", title_justify="left")
        table.add_column("suite")
        for heading in ("passed", "failed", "seconds"):
            table.add_column(heading, justify="right")
        table.add_column("result")
        for result in results:
            is_right = result.is_right(may_match_nothing=may_match_nothing)
            verdict = "ok" if is_right else f"[red]{self._trouble(result)}[/red]"
            counts = (str(result.tally.passed), str(result.tally.failed), f"{result.seconds:.1f}")
            table.add_row(result.name, *counts, verdict)
        self._console.print(table)
        wrong = [result for result in results if not result.is_right(may_match_nothing=may_match_nothing)]
        unseen = sum(1 for result in wrong if result.tally.failed == 0)
        total = sum((result.tally for result in results), Tally()) + Tally(failed=unseen)
        self._console.print(str(total), highlight=False)
        return 1 if wrong else 0

    @staticmethod
    def _trouble(result: SuiteResult) -> str:
        if result.tally.failed:
            return "failed"
        return "no tests" if result.status == 5 else f"pytest ended with {result.status}"
