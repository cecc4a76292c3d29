import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, final

import typer
from rich.console import Console

from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.db.tenant_standing import TenantStanding
from duro.kernel import Clock, MalformedIdError, NotFoundError, TenantId


class NoSuchTenantError(CommandError):
    """The database can't be read or has no such merchant."""


@final
class TenantsCommand:
    """Suspends merchants and lets them act again."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock) -> None:
        self._access = access
        self._console = console
        self._clock = clock

    def suspend(self, tenant: Annotated[str, typer.Argument(help="Whom: ten_…")]) -> None:
        """Refuse a merchant's requests and charges from now on; what is in flight is settled all the same."""
        asyncio.run(self.execute(tenant, is_suspending=True))

    def resume(self, tenant: Annotated[str, typer.Argument(help="Whom: ten_…")]) -> None:
        """Let a merchant act again; open recovery cases get the time back."""
        asyncio.run(self.execute(tenant, is_suspending=False))

    async def execute(self, tenant: str, *, is_suspending: bool) -> None:
        """Raise NoSuchTenantError."""
        async with self._standing() as standing:
            try:
                tenant_id, now = TenantId.parse(tenant), self._clock.now()
                act = standing.suspend if is_suspending else standing.resume
                is_news = await act(tenant_id, at=now)
            except (MalformedIdError, NotFoundError) as error:
                raise NoSuchTenantError(str(error)) from error
        state = "suspended" if is_suspending else "active"
        self._console.print(f"{tenant} is {state}{'' if is_news else ' already'}", highlight=False, markup=False)

    @asynccontextmanager
    async def _standing(self) -> AsyncGenerator[TenantStanding]:
        async with self._access.pool(NoSuchTenantError, "There is no merchant to speak of") as pool:
            yield TenantStanding(pool)
