import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import final


@final
@dataclass(frozen=True)
class Source:
    """A file of the tree as the rules see it: its path from the root, its text, and its syntax."""

    path: PurePosixPath
    text: str

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_shipped(self) -> bool:
        """Say whether it is what runs in production: the `src` of a package or a service."""
        return self.path.parts[0] in {"packages", "services"} and "src" in self.path.parts

    @property
    def is_shipped_python(self) -> bool:
        return self.is_shipped and self.is_python

    @property
    def module(self) -> tuple[str, ...]:
        """The dotted name in parts: ("duro", "db", "plans")."""
        parts = self.path.with_suffix("").parts
        start = parts.index("src") + 1 if "src" in parts else 0
        return parts[start:]

    @property
    def package(self) -> str:
        """The package or service it belongs to, as it is imported: "db", "merchant_api"."""
        return self.module[1] if len(self.module) > 1 else ""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield the line and text of every comment."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
