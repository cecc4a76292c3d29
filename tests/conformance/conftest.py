"""Finds the case files, makes a test of every case, and names what the engine can't answer yet."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CASE_FILES = ("calendar.json", "webhook_signatures.json")
SHARED_CASES = Path(__file__).parents[2].parent / "shared" / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the answer that another system gives."""

    id: str
    op: str
    input: Mapping[str, Any]
    expected: Mapping[str, Any]


class CaseFiles:
    """The files of a run: those named by --cases, else the shared ones (DURO_CASES_DIR says where they are)."""

    def __init__(self, config: pytest.Config) -> None:
        named = config.getoption("cases", default=None) or []
        folder = Path(os.environ.get("DURO_CASES_DIR", SHARED_CASES))
        here = config.invocation_params.dir
        self._paths = [here / name for name in named] or [folder / name for name in CASE_FILES]

    def read(self) -> list[Case]:
        return [case for path in self._paths for case in self._read(path)]

    @staticmethod
    def _read(path: Path) -> list[Case]:
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            return [Case(row["id"], row["input"]["op"], row["input"], row["expected"]) for row in rows]
        except (OSError, ValueError, LookupError, TypeError) as error:
            message = f"The case file {path} can't be read: {error!r}"
            raise pytest.UsageError(message) from error


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cases",
        action="append",
        metavar="FILE",
        help="a case file to feed to the engine instead of the shared ones; may be repeated",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each case of an op to the test that is for it: answered ops, ops that are not yet, and unknown ops."""
    wanted = {"case", "not_yet"} & set(metafunc.fixturenames)
    if not wanted:
        return
    adapter = metafunc.module.EngineAdapter
    cases = CaseFiles(metafunc.config).read()
    if "case" in wanted:
        now = [case for case in cases if case.op not in adapter.NOT_YET]
        metafunc.parametrize("case", now, ids=[f"{case.op}-{case.id}" for case in now])
    else:
        counts = Counter(case.op for case in cases)
        ops = sorted(adapter.NOT_YET)
        metafunc.parametrize("not_yet", [(op, counts[op]) for op in ops], ids=ops)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the stand-in that pytest makes for a file in which no case has an answer yet: nothing is skipped."""
    stand_ins = [item for item in items if item.name.endswith("[NOTSET]")]
    if stand_ins:
        items[:] = [item for item in items if item not in stand_ins]
        config.hook.pytest_deselected(items=stand_ins)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every op whose cases weren't asked, so that nobody takes silence for agreement."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, value in report.user_properties
        if name == "not_yet"
    ]
    if rows:
        terminalreporter.section("not yet: ops the engine has no answer for")
        for row in sorted(rows):
            terminalreporter.write_line(f"not yet: {row}")
