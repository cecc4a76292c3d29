from collections import OrderedDict
from contextlib import suppress
from typing import Final, final

from rich.console import Console
from rich.live import Live
from rich.panel import Panel

from duro.cli.screen.outcomes import OutcomeBoard
from duro.db.overview import Overview
from duro.kernel import Clock

_REMEMBERED: Final = 2_000
_SUMMARY_SECONDS: Final = 30.0
_NOBODY_LISTENS: Final = (OSError, SystemExit)


@final
class Terminal:
    """What a person sees while everything runs: a live table on a terminal, plain lines anywhere else.

    A terminal that was closed, or a pipe nobody reads, stops nothing (Rich ends the program over a broken pipe).
    """

    def __init__(self, *, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None
        self._known: OrderedDict[str, str] = OrderedDict()
        self._summarised_at = clock.now()

    def tell(self, text: str) -> None:
        self._say(text, style="")

    def warn(self, text: str) -> None:
        when = OutcomeBoard.clock_time(self._clock.now())
        self._say(f"{when} {text}", style="yellow")

    def show(self, overview: Overview) -> None:
        """Bring the picture up to date."""
        board = OutcomeBoard(overview, self._clock.now())
        with suppress(*_NOBODY_LISTENS):
            if self._console.is_terminal:
                self._draw(board)
            else:
                self._write(board)

    def close(self) -> None:
        """Leave the last picture standing."""
        live, self._live = self._live, None
        if live is not None:
            with suppress(*_NOBODY_LISTENS):
                live.stop()

    def _say(self, text: str, *, style: str) -> None:
        with suppress(*_NOBODY_LISTENS):
            self._console.print(text, style=style, highlight=False, soft_wrap=True, markup=False)

    def _draw(self, board: OutcomeBoard) -> None:
        panel = Panel(board.table(), title="the demo merchant, test mode", title_align="left", border_style="dim")
        if self._live is None:
            self._live = Live(panel, console=self._console, auto_refresh=False, redirect_stdout=False)
            self._live.start()
        self._live.update(panel, refresh=True)

    def _write(self, board: OutcomeBoard) -> None:
        for key, line in board.lines(self._known):
            self._known[key] = line
            self.tell(line)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if (board.now - self._summarised_at).total("seconds") >= _SUMMARY_SECONDS:
            self._summarised_at = board.now
            self.tell(board.summary())
