import asyncio
from collections.abc import Sequence
from typing import Annotated, final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.db import DatabasePool, DatabaseRole, RepositoryContexts
from duro.db.census import TenantCensus
from duro.kernel import Clock, IdFactory, MalformedIdError, Mode, TenantId
from duro.merchant_api.dunning import RebuildPaydays


class NothingToRebuildError(CommandError):
    """The database can't be read or has no such merchant."""


@final
class PaydaysCommand:
    """Builds what was learned of payers' paydays again."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock, ids: IdFactory) -> None:
        self._access = access
        self._console = console
        self._clock = clock
        self._ids = ids

    def rebuild(
        self,
        *,
        tenant: Annotated[str | None, typer.Option(help="One merchant; else all of them.")] = None,
        mode: Annotated[Mode | None, typer.Option(help="One mode; else both.")] = None,
    ) -> None:
        """Learn all paydays again from the charges of the past, also beside running workers; repeat it as you like."""
        asyncio.run(self.execute(tenant=tenant, modes=list(Mode) if mode is None else [mode]))

    async def execute(self, *, tenant: str | None, modes: Sequence[Mode]) -> None:
        async with self._access.pool(NothingToRebuildError, "There is nothing to learn from") as pool:
            tenants = await self._tenants(pool, tenant)
            for mode in modes:
                await self._rebuild(pool, tenants, mode)

    async def _rebuild(self, pool: DatabasePool, tenants: Sequence[TenantId], mode: Mode) -> None:
        contexts = RepositoryContexts(pool, mode, clock=self._clock, ids=self._ids, role=DatabaseRole.OWNER)
        rebuild = RebuildPaydays(contexts, clock=self._clock)
        payers = written = 0
        with self._progress() as progress:
            task = progress.add_task(mode.value, total=sum([await rebuild.count(one) for one in tenants]))
            for one in tenants:
                async for batch in rebuild.execute(one):
                    payers += batch.payers
                    written += batch.written
                    progress.advance(task, batch.payers)
        self._console.print(
            f"{mode.value}: {payers:,} payers of {len(tenants):,} merchants, {written:,} profiles written",
            highlight=False,
            soft_wrap=True,
        )

    @staticmethod
    async def _tenants(pool: DatabasePool, wanted: str | None) -> Sequence[TenantId]:
        known = await TenantCensus(pool).tenants()
        if wanted is None:
            return known
        try:
            tenant = TenantId.parse(wanted)
        except MalformedIdError as error:
            raise NothingToRebuildError(str(error)) from error
        if tenant not in known:
            message = f"There is no merchant {tenant}."
            raise NothingToRebuildError(message)
        return [tenant]

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
