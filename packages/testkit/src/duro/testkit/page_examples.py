import ast
import inspect
from collections.abc import Mapping
from contextlib import redirect_stdout
from doctest import DocTestParser, Example
from io import StringIO
from pathlib import Path
from types import CodeType, FunctionType
from typing import final


@final
class PageExamples:
    """The examples of a page of documentation, run as a reader would run them at a prompt; they may await."""

    def __init__(self, page: Path) -> None:
        self._name = page.name
        self._examples = DocTestParser().get_examples(page.read_text(encoding="utf-8"), page.name)

    def __len__(self) -> int:
        return len(self._examples)

    async def surprises(self, names: Mapping[str, object]) -> list[str]:
        """Run all in their order, with these names known, and tell of each that answers otherwise than is written."""
        known = dict(names)
        answers = [(example, await self._answer(example, known)) for example in self._examples]
        return [
            f"{self._name}, line {example.lineno + 1}: {answer!r} instead of {example.want!r}"
            for example, answer in answers
            if answer != example.want
        ]

    async def _answer(self, example: Example, known: dict[str, object]) -> str:
        code = compile(example.source, self._name, "single", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with redirect_stdout(StringIO()) as said:
            await self._run(code, known)
        return said.getvalue()

    @staticmethod
    async def _run(code: CodeType, known: dict[str, object]) -> None:
        result: object = FunctionType(code, known)()
        if inspect.isawaitable(result):
            await result
