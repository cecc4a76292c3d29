import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

_MEMBERS: Final = ("packages/*/pyproject.toml", "services/*/pyproject.toml")
_PIN: Final = re.compile(r"[a-z0-9.\-]+(\[[a-z0-9,\-]+\])?==\S+(\s*;.*)?")


@final
@dataclass(frozen=True, slots=True)
class Workspace:
    """The packages of a checkout: each declares exactly the siblings it imports, and pins the rest exactly."""

    root: Path

    def reports(self) -> Iterator[str]:
        for pattern in _MEMBERS:
            for manifest in sorted(self.root.glob(pattern)):
                where = manifest.relative_to(self.root)
                yield from (f"{where}:1: workspace: {sentence}" for sentence in self._sentences(manifest))

    def _sentences(self, manifest: Path) -> Iterator[str]:
        project = tomllib.loads(manifest.read_text(encoding="utf-8"))["project"]
        wanted = set(project["dependencies"])
        siblings = {name for name in wanted if name.startswith("duro-")}
        used = self._imported(manifest.parent / "src") - {project["name"]}
        yield from (f"{name} is imported and not declared." for name in sorted(used - siblings))
        yield from (f"{name} is declared and not imported." for name in sorted(siblings - used))
        yield from (f"{name} is not pinned by ==." for name in sorted(wanted - siblings) if not _PIN.fullmatch(name))

    @staticmethod
    def _imported(source: Path) -> set[str]:
        """Name the distributions behind every `duro.<module>` that is imported; the command line's is duro-cli."""
        names: set[str] = set()
        for path in source.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.ImportFrom(module=str(module)):
                        names.add(module)
                    case ast.Import(names=aliases):
                        names.update(alias.name for alias in aliases)
                    case _:
                        pass
        parts = (name.split(".") for name in names if name.startswith("duro."))
        return {f"duro-{part[1].replace('_', '-')}" for part in parts}
