import asyncio
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from duro.billing import Interval
from duro.cli.crowd import Crowd, CrowdOrder
from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.cli.home import Home
from duro.cli.prepared_database import PreparedDatabase
from duro.db.pool import DatabasePool
from duro.db.seeding import SubscriptionSeeder
from duro.kernel import Clock, IdFactory, Mode


class Due(StrEnum):
    """When seeded subscriptions fall due."""

    NOW = "now"
    SPREAD = "spread"


class LiveSeedRefusedError(CommandError):
    """Made-up subscriptions were asked for in live mode outside development."""

    def __init__(self) -> None:
        super().__init__("Live mode can be seeded under DURO_PROFILE=development only.")


@final
class SeedCommand:
    """Fills the database with merchants and subscriptions that never existed."""

    def __init__(
        self,
        *,
        home: Home,
        environ: Mapping[str, str],
        access: DatabaseAccess,
        console: Console,
        clock: Clock,
        ids: IdFactory,
    ) -> None:
        self._home = home
        self._environ = environ
        self._access = access
        self._console = console
        self._clock = clock
        self._ids = ids

    def run(
        self,
        *,
        subscriptions: Annotated[int, typer.Option(min=1, max=50_000_000, help="How many subscriptions.")],
        tenants: Annotated[int, typer.Option(min=1, max=10_000, help="Over how many merchants.")] = 1,
        due: Annotated[Due, typer.Option(help="All due now, or spread evenly over the coming period.")] = Due.SPREAD,
        mode: Annotated[Mode, typer.Option(help="Which mode to fill.")] = Mode.TEST,
        interval: Annotated[Interval, typer.Option(help="How often the plan bills.")] = Interval.MONTH,
    ) -> None:
        """Add merchants with active subscriptions to the database."""
        if mode is Mode.LIVE and self._environ.get("DURO_PROFILE", "development") != "development":
            raise LiveSeedRefusedError
        order = CrowdOrder(
            subscriptions=subscriptions, tenants=tenants, is_due_now=due is Due.NOW, mode=mode, interval=interval
        )
        asyncio.run(self.execute(order))

    async def execute(self, order: CrowdOrder) -> None:
        async with self._access.open() as url:
            await PreparedDatabase.prepare(url, home=self._home, is_ours=self._access.is_ours)
            pool = await DatabasePool.open(url, min_size=2, max_size=2)
            try:
                await self._fill(pool, order)
            finally:
                await pool.close()

    async def _fill(self, pool: DatabasePool, order: CrowdOrder) -> None:
        seeder = SubscriptionSeeder(pool, order.mode, clock=self._clock, ids=self._ids)
        crowd = Crowd(seeder=seeder, clock=self._clock, ids=self._ids)
        began = time.monotonic()
        with self._progress() as progress:
            task = progress.add_task("subscriptions", total=order.subscriptions)
            async for added in crowd.gather(order):
                progress.advance(task, added)
        seconds = time.monotonic() - began
        self._console.print(
            f"{order.subscriptions:,} subscriptions of {order.tenants:,} merchants in {seconds:.1f} s "
            f"({order.subscriptions / seconds:,.0f}/s). A key of the first: {crowd.first_key}",
            highlight=False,
            soft_wrap=True,
        )

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
        )
