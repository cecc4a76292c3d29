import asyncio
from typing import final

from rich.console import Console

from duro.cli.database_access import DatabaseAccess
from duro.cli.home import Home
from duro.cli.prepared_database import PreparedDatabase


@final
class MigrateCommand:
    """Brings the database's roles, tables, policies and grants up to date."""

    def __init__(self, *, home: Home, access: DatabaseAccess, console: Console) -> None:
        self._home = home
        self._access = access
        self._console = console

    def run(self) -> None:
        """Create or update roles, tables, policies and grants of the database."""
        asyncio.run(self.execute())

    async def execute(self) -> PreparedDatabase:
        async with self._access.open() as url:
            prepared = await PreparedDatabase.prepare(url, home=self._home, is_ours=self._access.is_ours)
        self._console.print("The database is up to date.")
        return prepared
