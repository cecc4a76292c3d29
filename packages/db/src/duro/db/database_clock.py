from typing import final

from whenever import Instant

from duro.db.pool import DatabasePool


@final
class DatabaseClock:
    """What time the database has: only to find machines whose own clock is wrong, never to decide a business time."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def now(self) -> Instant:
        async with self._pool.acquire() as connection:
            return await connection.fetchval("select clock_timestamp()")
