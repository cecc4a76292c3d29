import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self, cast, final

from asyncpg import Connection, InterfaceError, InternalClientError, Pool, PostgresError, create_pool

from duro.db.codecs import Codecs


@final
class DatabasePool:
    """Connections of one database role, with the codecs set and nothing to reset between transactions."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        statement_cache_size: int = 256,
        statement_seconds: float | None = None,
    ) -> Self:
        """Open `min_size` connections now and up to `max_size` later.

        Give statement_cache_size 0 behind a PgBouncer that doesn't track prepared statements. Settings are local to a
        transaction, so a released connection is not reset by a query. A statement that takes longer than
        `statement_seconds`, also because the server has fallen silent, is given up with TimeoutError.
        """
        pool = await create_pool(
            url,
            min_size=min_size,
            max_size=max_size,
            init=Codecs.install,
            reset=cls._keep,
            statement_cache_size=statement_cache_size,
            command_timeout=statement_seconds,
        )
        return cls(cast("Pool", pool))

    @asynccontextmanager
    async def acquire(self) -> AsyncGenerator[Connection]:
        """Lend one connection; an open transaction left on it is rolled back."""
        async with self._pool.acquire() as connection:
            yield connection

    async def is_answering(self, *, seconds: float) -> bool:
        """Ask the database for an answer, and say whether it came in time."""
        try:
            async with asyncio.timeout(seconds), self.acquire() as connection:
                await connection.execute("select 1")
        except (OSError, TimeoutError, PostgresError, InterfaceError, InternalClientError):
            return False
        return True

    async def close(self) -> None:
        """Wait for lent connections, then close them all."""
        await self._pool.close()

    def terminate(self) -> None:
        """Drop every connection at once."""
        self._pool.terminate()

    @staticmethod
    async def _keep(_: Connection) -> None:
        """Leave the session as it is."""
