import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source

_SILENCERS = ("# noqa", "# type:", "# pyright:", "# ruff:")
_DIRECTIVE = re.compile(
    r"# (ruff: )?noqa(: *[A-Z]+[0-9]+(, *[A-Z]+[0-9]+)*)?|# (type|pyright): *[a-zA-Z]+(\[[^\]]*\])?"
)
_WORDS = re.compile("[a-z]{2}")


@final
class Comments:
    """A reason goes into a docstring, a README or docs/decisions: `src` holds no comments."""

    name = "comment"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped_python:
            return
        for line, text in source.comments():
            if not text.startswith(("#!", *_SILENCERS)):
                yield Finding(line, "a comment: say it in a docstring, the package README or docs/decisions.")


@final
@dataclass(frozen=True, slots=True)
class Silencers:
    """A checker is silenced in the one adapter module of an untyped library, and in tests with a reason beside it."""

    adapters: frozenset[str]
    name: str = "silenced"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_python or str(source.path) in self.adapters:
            return
        for line, text in source.comments():
            if not text.startswith(_SILENCERS):
                continue
            if source.is_shipped:
                yield Finding(line, "a checker is silenced outside an adapter module: write a stub or another shape.")
            elif not _WORDS.search(_DIRECTIVE.sub("", text)):
                yield Finding(line, "a checker is silenced without a reason: write it beside.")
