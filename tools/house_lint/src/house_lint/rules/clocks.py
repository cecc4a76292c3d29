import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from house_lint.finding import Finding
from house_lint.source import Source

_NOW = frozenset({"now", "utcnow", "today"})
_DAY = frozenset({"today", "today_in_system_tz"})
_READS = {
    **dict.fromkeys(("datetime", "Instant", "ZonedDateTime", "OffsetDateTime", "PlainDateTime"), _NOW),
    **dict.fromkeys(("date", "Date"), _DAY),
    "time": frozenset({"time", "time_ns", "gmtime", "localtime"}),
}
_SQL = re.compile(r"\b(select|insert\s+into|update|delete\s+from|values|default)\b", re.IGNORECASE)
_SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)


@final
@dataclass(frozen=True, slots=True)
class Clocks:
    """The clock is a collaborator: the machine is asked for the time in one module; SQL only to compare its clock."""

    clock_modules: frozenset[str]
    name: str = "now"

    def check(self, source: Source) -> Iterator[Finding]:
        if not source.is_shipped or str(source.path) in self.clock_modules:
            return
        if source.path.suffix == ".sql":
            yield from self._in_sql(source.text, 1)
        if source.is_python:
            yield from self._in_python(source)

    def _in_python(self, source: Source) -> Iterator[Finding]:
        for node in source.nodes:
            match node:
                case ast.Attribute(attr=read, value=ast.Name(id=owner) | ast.Attribute(attr=owner)) if (
                    read in _READS.get(owner, ())
                ):
                    yield Finding(node.lineno, f"{owner}.{read} reads the machine's time: take a Clock.")
                case ast.ImportFrom(module="time", names=names) if any(each.name in _READS["time"] for each in names):
                    yield Finding(
                        node.lineno, "time.time reads the machine's time: take a Clock (or monotonic to measure)."
                    )
                case ast.Constant(value=str(text)) if _SQL.search(text):
                    yield from self._in_sql(text, node.lineno)
                case _:
                    pass

    @staticmethod
    def _in_sql(text: str, first_line: int) -> Iterator[Finding]:
        for found in _SQL_CLOCK.finditer(text):
            line = first_line + text.count("\n", 0, found.start())
            yield Finding(line, f"{found[0]} lets SQL decide a business time: pass the instant as a parameter.")
