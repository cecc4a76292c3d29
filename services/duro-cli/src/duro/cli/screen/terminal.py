from collections import OrderedDict
from typing import Final, final

from rich.console import Console
from rich.live import Live
from rich.panel import Panel

from duro.cli.screen.outcomes import OutcomeBoard
from duro.db.overview import Overview
from duro.kernel import Clock

_REMEMBERED: Final = 2_000
_SUMMARY_SECONDS: Final = 30.0


@final
class Terminal:
    """What a person sees while everything runs: a live table on a terminal, plain lines anywhere else."""

    def __init__(self, *, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None
        self._known: OrderedDict[str, str] = OrderedDict()
        self._summarised_at = clock.now()

    def tell(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)

    def warn(self, text: str) -> None:
        when = OutcomeBoard.clock_time(self._clock.now())
        self._console.print(f"{when} {text}", style="yellow", highlight=False, soft_wrap=True, markup=False)

    def show(self, overview: Overview) -> None:
        """Bring the picture up to date."""
        board = OutcomeBoard(overview, self._clock.now())
        if self._console.is_terminal:
            self._draw(board)
        else:
            self._write(board)

    def close(self) -> None:
        """Leave the last picture standing."""
        if self._live is not None:
            self._live.stop()
            self._live = None

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
