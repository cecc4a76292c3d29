import asyncio
from typing import Final, final

from duro.cli.demo.payer_pages import PayerPages
from duro.cli.screen.terminal import Terminal
from duro.db.overview import OverviewReader

_EVERY_SECONDS: Final = 1.0
_SHOWN: Final = 14


@final
class DemoWatch:
    """Shows what happens to the demo merchant for as long as it is left to run."""

    def __init__(self, *, reader: OverviewReader, terminal: Terminal, pages: PayerPages) -> None:
        self._reader = reader
        self._pages = pages
        self._terminal = terminal

    async def run(self) -> None:
        """Look once a second; while the database is away the last picture stands."""
        while True:
            overview = await self._reader.read(limit=_SHOWN)
            if overview is not None:
                self._terminal.show(self._pages.named_in(overview))
            await asyncio.sleep(_EVERY_SECONDS)
