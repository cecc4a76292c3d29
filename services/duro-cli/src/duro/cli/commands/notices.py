import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Final, final

import typer
from rich.console import Console
from rich.table import Table

from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.cli.screen.plain_text import PlainText
from duro.db.kept_notices import KeptNotice, WaitingNotices
from duro.kernel import Clock

_MOST: Final = 1_000


class NoNoticesError(CommandError):
    """The database can't be read, has no tables of ours, or keeps no such notice."""


@final
class NoticesCommand:
    """Shows what payment providers told and nobody could act on."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock) -> None:
        self._access = access
        self._console = console
        self._clock = clock

    def run(
        self,
        *,
        limit: Annotated[int, typer.Option(help="How many to list, oldest first.", min=1, max=_MOST)] = 50,
        bodies: Annotated[bool, typer.Option("--bodies", help="Also show them as they came.")] = False,
        handled: Annotated[
            str | None, typer.Option(help="Mark the one of this provider and key as dealt with: provider/key.")
        ] = None,
    ) -> None:
        """List the notices of payment providers that wait for a person, or mark one as dealt with."""
        asyncio.run(self.show(limit, bodies=bodies) if handled is None else self.handle(handled))

    async def show(self, limit: int, *, bodies: bool) -> None:
        async with self._waiting() as waiting:
            count = await waiting.count()
            notices = await waiting.oldest(limit) if count else ()
        if notices:
            self._print(notices, bodies=bodies)
        self._say(f"{count} notices wait for a person" if count else "no notice waits for a person")

    async def handle(self, name: str) -> None:
        """Raise NoNoticesError where none such waits."""
        provider, _, key = name.partition("/")
        async with self._waiting() as waiting:
            if not await waiting.handle(provider=provider, key=key, at=self._clock.now()):
                message = f"No notice {name} waits; give what `duro notices` lists."
                raise NoNoticesError(message)
        self._say(f"{name} is dealt with")

    def _print(self, notices: tuple[KeptNotice, ...], *, bodies: bool) -> None:
        table = Table(title="notices", title_justify="left")
        for heading in ("notice", "received", "kind", "why it waits", *(("body",) if bodies else ())):
            table.add_column(heading, overflow="fold")
        for notice in notices:
            why = f"{notice.reason.value}: {notice.detail}"
            body = (notice.body.decode("utf-8", "backslashreplace"),) if bodies else ()
            cells = (f"{notice.provider}/{notice.key}", notice.received_at.format_iso(), notice.kind, why, *body)
            table.add_row(*(PlainText(cell).escaped for cell in cells))
        self._console.print(table)

    @asynccontextmanager
    async def _waiting(self) -> AsyncGenerator[WaitingNotices, None]:
        async with self._access.pool(NoNoticesError, "There are no notices to show") as pool:
            yield WaitingNotices(pool)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
