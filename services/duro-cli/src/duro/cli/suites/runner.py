import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from duro.cli.suites.suite import Suite
from duro.cli.suites.tally import Tally

_NO_TESTS = 5


@final
@dataclass(frozen=True, slots=True)
class SuiteResult:
    """How one suite ended and how long it took."""

    name: str
    tally: Tally
    seconds: float
    status: int
    has_report: bool

    def is_right(self, *, may_match_nothing: bool) -> bool:
        """Say whether it counts as good: all tests passed, and there was one unless nothing had to match."""
        if self.status == _NO_TESTS:
            return may_match_nothing
        return self.status == 0 and self.tally.failed == 0 and self.has_report


@final
class SuiteRunner:
    """Runs a suite as a pytest of its own, its output going to the terminal as it comes."""

    def __init__(self, *, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = dict(environ)

    async def run(self, suite: Suite) -> SuiteResult:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="duro-test-") as folder:
            report = Path(folder) / "report.xml"
            status = await self._pytest(suite, report)
            tally = Tally.read(report)
        return SuiteResult(
            name=suite.name,
            tally=tally or Tally(),
            seconds=time.monotonic() - began,
            status=status,
            has_report=tally is not None,
        )

    async def _pytest(self, suite: Suite, report: Path) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "pytest", *suite.paths, *suite.arguments, f"--junitxml={report}"),
            cwd=self._root,
            env=self._environ | dict(suite.environment),
        )
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, process.terminate)
        loop.add_signal_handler(signal.SIGINT, self._leave_it_to_pytest)
        try:
            return await process.wait()
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            loop.remove_signal_handler(signal.SIGINT)

    def _leave_it_to_pytest(self) -> None:
        """Do nothing: the terminal sends Ctrl-C to pytest too, which ends by itself."""
