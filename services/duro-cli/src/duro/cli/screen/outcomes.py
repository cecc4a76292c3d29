from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from whenever import Instant, TimeDelta

from duro.cli.screen.told_line import ToldLine
from duro.db.overview import Happening, Overview

_SPOKEN: Final[Mapping[str, tuple[str, str]]] = {
    "succeeded": ("charged", "green"),
    "failed": ("declined", "red"),
    "review": ("in review", "magenta"),
    "canceled": ("canceled", "dim"),
    "expired": ("expired", "dim"),
}
_TOLD_SHOWN: Final = 6
_UNANSWERED_AFTER: Final = TimeDelta(seconds=8)


@final
@dataclass(frozen=True, slots=True)
class OutcomeBoard:
    """The overview of a merchant as a person reads it at one moment."""

    overview: Overview
    now: Instant

    def table(self) -> RenderableType:
        """Return the newest outcomes, what was told of them, and the counts."""
        table = Table(expand=True, box=None, header_style="bold")
        for heading in ("time", "customer", "plan"):
            table.add_column(heading, no_wrap=True)
        table.add_column("amount", justify="right", no_wrap=True)
        table.add_column("outcome", ratio=1, no_wrap=True)
        table.add_column("try", justify="right")
        for happening in self.overview.happenings:
            table.add_row(
                self.clock_time(happening.happened_at),
                happening.customer,
                happening.plan,
                "" if happening.amount.is_zero else str(happening.amount),
                self._outcome(happening),
                str(happening.attempt or ""),
            )
        return Group(table, self._told_table(), Text(self.summary(), style="bold"))

    def _told_table(self) -> RenderableType:
        table = Table(expand=True, box=None, header_style="bold")
        for heading in ("told", "to", "message", "by"):
            table.add_column(heading, no_wrap=True)
        table.add_column("outcome", ratio=1, no_wrap=True)
        table.add_column("page", no_wrap=True)
        for told in self.overview.told[:_TOLD_SHOWN]:
            line = ToldLine(told)
            when = self.clock_time(told.told_at)
            page = Text("open", style=f"link {told.page}") if told.page else Text("")
            table.add_row(when, line.to, told.kind, told.channel, told.outcome, page)
        return table

    def summary(self) -> str:
        """Return the counts in one line."""
        attempts, subscriptions = self.overview.attempts, self.overview.subscriptions
        ended = subscriptions.get("canceled", 0) + subscriptions.get("expired", 0)
        words = [
            f"charged {attempts.get('succeeded', 0)}",
            f"declined {attempts.get('failed', 0)}",
            f"unanswered {attempts.get('pending', 0)}",
            f"ended {ended}",
            f"money {', '.join(str(amount) for amount in self.overview.charged) or 'none yet'}",
            f"past due {subscriptions.get('past_due', 0)}",
            f"next due {self._next_due()}",
        ]
        return " · ".join(words)

    def lines(self, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return key and text of what has happened or was told and isn't known yet, the oldest first."""
        fresh = [
            happening
            for happening in reversed(self.overview.happenings)
            if happening.key not in known and (happening.outcome != "pending" or self._is_unanswered(happening))
        ]
        told = [one for one in reversed(self.overview.told) if one.key not in known]
        return (
            *((happening.key, self._line(happening)) for happening in fresh),
            *((one.key, f"{self.clock_time(one.told_at)} {ToldLine(one).text}") for one in told),
        )

    @staticmethod
    def clock_time(at: Instant) -> str:
        return at.to_stdlib().astimezone().strftime("%H:%M:%S")

    def _line(self, happening: Happening) -> str:
        amount = "" if happening.amount.is_zero else f" {happening.amount}"
        when = self.clock_time(happening.happened_at)
        attempt = f" (try {happening.attempt})" if happening.attempt else ""
        page = f" {happening.page}" if happening.page else ""
        return f"{when} {self._outcome(happening)}{amount}  {happening.customer}, {happening.plan}{attempt}{page}"

    def _outcome(self, happening: Happening) -> Text:
        if happening.outcome == "pending":
            if self._is_unanswered(happening):
                return Text("unknown: no answer, to be looked up", style="yellow")
            return Text("asking…", style="dim")
        words, style = _SPOKEN.get(happening.outcome, (happening.outcome, ""))
        style = f"{style} link {happening.page}" if happening.page else style
        return Text(f"{words}: {happening.detail}" if happening.detail else words, style=style)

    def _is_unanswered(self, happening: Happening) -> bool:
        return self.now - happening.happened_at >= _UNANSWERED_AFTER

    def _next_due(self) -> str:
        due_at = self.overview.next_due_at
        if due_at is None:
            return "never"
        seconds = (due_at - self.now).total("seconds")
        return "now" if seconds <= 0 else f"in {seconds:.0f} s"
