from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, final

from duro.cli.suites.suite import Suite, SuiteCatalogue

_TAKES_A_VALUE: Final = {
    *("--cases", "--deselect", "--durations", "--ignore", "--junitxml", "--maxfail", "--rootdir", "--tb"),
    *("-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W"),
}
_CASES: Final = "--cases"


@final
@dataclass(frozen=True, slots=True)
class TestRequest:
    """What was asked of `duro test`: paths, and what is meant for pytest itself."""

    __test__ = False

    paths: tuple[str, ...]
    arguments: tuple[str, ...]

    @classmethod
    def read(cls, words: Sequence[str], *, root: Path) -> Self:
        """Tell paths from pytest's own options: a path exists, and no option before it takes it as its value."""
        paths = tuple(word for word, is_path in cls._sorted(words, root) if is_path)
        arguments = tuple(word for word, is_path in cls._sorted(words, root) if not is_path)
        return cls(paths=paths, arguments=arguments)

    def suites(self, catalogue: SuiteCatalogue) -> tuple[Suite, ...]:
        """Return the one suite that was named, or all of them; case files alone mean the conformance suite."""
        if self.paths:
            return (Suite(name=" ".join(self.paths), paths=self.paths, arguments=self.arguments),)
        named = [suite for suite in catalogue.all() if not self._has_cases or suite.name == "conformance"]
        return tuple(
            Suite(
                name=suite.name,
                paths=suite.paths,
                arguments=(*suite.arguments, *self.arguments),
                environment=suite.environment,
            )
            for suite in named
        )

    @property
    def may_match_nothing(self) -> bool:
        """Say whether a suite may end without a test: only when options chose among the tests of all suites."""
        return not self.paths and bool(self.arguments) and not self._has_cases

    @property
    def _has_cases(self) -> bool:
        return any(word == _CASES or word.startswith(f"{_CASES}=") for word in self.arguments)

    @staticmethod
    def _sorted(words: Sequence[str], root: Path) -> Iterator[tuple[str, bool]]:
        before = ""
        for word in words:
            is_free = not word.startswith("-") and before not in _TAKES_A_VALUE
            place = Path(word.partition("::")[0])
            yield word, is_free and (place.exists() or (root / place).exists())
            before = word
