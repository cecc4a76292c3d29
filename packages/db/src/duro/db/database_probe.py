from typing import Final, final

import asyncpg
from asyncpg import InterfaceError, PostgresError

_HAS_SCHEMA: Final = "select exists (select from pg_catalog.pg_namespace where nspname = 'core')"


@final
class DatabaseProbe:
    """Asks whether a URL leads to a database that lets us in."""

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        self._url = url
        self._seconds = seconds

    async def trouble(self) -> str | None:
        """Return why not, in the server's words, or None when it does."""
        try:
            connection = await asyncpg.connect(self._url, timeout=self._seconds)
        except TimeoutError:
            return f"no answer within {self._seconds:.0f} s"
        except (PostgresError, InterfaceError, OSError, ValueError) as error:
            return str(error) or type(error).__name__
        await connection.close()
        return None

    async def is_migrated(self) -> bool:
        """Say whether our tables were ever made there."""
        connection = await asyncpg.connect(self._url, timeout=self._seconds)
        try:
            return await connection.fetchval(_HAS_SCHEMA) is True
        finally:
            await connection.close()
