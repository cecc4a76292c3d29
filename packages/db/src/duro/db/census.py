from typing import Final, final

from duro.db.pool import DatabasePool

_HAS_TENANTS: Final = "select exists (select id from core.tenants)"


@final
class TenantCensus:
    """Says whether a database has merchants at all, read as the role that may see that they exist and nothing more."""

    def __init__(self, sweep_pool: DatabasePool) -> None:
        self._pool = sweep_pool

    async def has_tenants(self) -> bool:
        async with self._pool.acquire() as connection:
            return await connection.fetchval(_HAS_TENANTS) is True
