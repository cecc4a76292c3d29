import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, final

from house_lint.finding import Rule
from house_lint.rules.clocks import Clocks
from house_lint.rules.comments import Comments, Silencers
from house_lint.rules.docstrings import ClassDocstrings
from house_lint.rules.floats import FloatsNearMoney
from house_lint.rules.lengths import Lengths
from house_lint.rules.module_functions import ModuleFunctions
from house_lint.rules.tenants import TenantArguments
from house_lint.source import Source

_FOLDERS: Final = ("packages", "services", "sdks", "tests", "tools", "benchmarks")
_SUFFIXES: Final = frozenset({".py", ".sql"})


@final
@dataclass(frozen=True, slots=True)
class House:
    """The rules in force in one tree."""

    rules: Sequence[Rule]

    @classmethod
    def of(cls, root: Path) -> "House":
        """Read `[tool.house-lint]` of the root's pyproject.toml: modules, folders, adapters, most lines."""
        settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["house-lint"]
        return cls(
            (
                ModuleFunctions(),
                Comments(),
                Silencers(frozenset(settings["adapters"])),
                FloatsNearMoney(frozenset(settings["chance-folders"])),
                Clocks(frozenset(settings["clock-modules"])),
                TenantArguments(),
                ClassDocstrings(),
                Lengths(settings["most-lines"]),
            ),
        )

    def reports(self, sources: Iterable[Source]) -> Iterator[str]:
        """Yield one line `path:line: rule: sentence` for every finding, in the order of files and lines."""
        for source in sources:
            for rule in self.rules:
                for finding in rule.check(source):
                    yield f"{source.path}:{finding.line}: {rule.name}: {finding.sentence}"


@final
@dataclass(frozen=True, slots=True)
class Tree:
    """The Python and SQL files of a checkout, without what is installed or generated in it."""

    root: Path

    def sources(self) -> Iterator[Source]:
        for folder in _FOLDERS:
            for path in sorted((self.root / folder).rglob("*")):
                if path.suffix in _SUFFIXES and path.is_file():
                    yield Source(PurePosixPath(path.relative_to(self.root)), path.read_text(encoding="utf-8"))
