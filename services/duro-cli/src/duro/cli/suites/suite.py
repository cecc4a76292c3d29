from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

_WORKSPACES: Final = ("packages/*", "services/*", "sdks/*", "tools/*")
_LEADING: Final = ("journeys", "isolation", "catalogue", "conformance")
_ALONE: Final = frozenset({"conformance", "environment", "chaos"})
_LAST: Final = "chaos"
_SIDE_BY_SIDE: Final = ("-n", "2")


@final
@dataclass(frozen=True, slots=True)
class Suite:
    """A part of the tests that runs as one pytest of its own."""

    name: str
    paths: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@final
@dataclass(frozen=True, slots=True)
class SuiteCatalogue:
    """Which suites a repository has, in the order they run: the quick ones first, the unkind one last.

    Most are run by two processes, each with servers of its own: such tests wait for disks and for one another.
    """

    root: Path

    def all(self) -> tuple[Suite, ...]:
        """Return every suite whose folder exists."""
        return tuple(suite for suite in self._wanted() if suite.paths)

    def _wanted(self) -> Iterator[Suite]:
        yield Suite(name="unit and property", paths=self._folders("unit", "property"), arguments=_SIDE_BY_SIDE)
        yield Suite(name="integration", paths=self._folders("integration"), arguments=_SIDE_BY_SIDE)
        for name in [*_LEADING, *self._others(), _LAST]:
            environment = {"DURO_CHAOS": "short"} if name == _LAST else {}
            arguments = () if name in _ALONE else _SIDE_BY_SIDE
            yield Suite(name=name, paths=self._across(name), arguments=arguments, environment=environment)

    def _folders(self, *kinds: str) -> tuple[str, ...]:
        found = (
            place.relative_to(self.root).as_posix()
            for workspace in _WORKSPACES
            for kind in kinds
            for place in self.root.glob(f"{workspace}/tests/{kind}")
            if any(place.rglob("test_*.py"))
        )
        return tuple(sorted(found))

    def _across(self, name: str) -> tuple[str, ...]:
        return (f"tests/{name}",) if (self.root / "tests" / name).is_dir() else ()

    def _others(self) -> list[str]:
        known = {*_LEADING, _LAST}
        folders = (place for place in self.root.glob("tests/*") if any(place.glob("test_*.py")))
        return sorted(place.name for place in folders if place.name not in known)
