import ast
from collections.abc import Iterator
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source


@final
class ClassDocstrings:
    """Every public class of `src` says in one sentence what it is, in the domain's words."""

    name = "class-docstring"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped_python:
            return
        for node in source.nodes:
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            sentence = ast.get_docstring(node)
            if not sentence:
                yield Finding(node.lineno, f"{node.name} has no docstring: say in one sentence what it is.")
            elif sentence.split()[:1] == [node.name]:
                yield Finding(node.lineno, f"{node.name}'s docstring begins with its name: say what it is instead.")
