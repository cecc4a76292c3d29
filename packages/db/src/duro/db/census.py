from typing import Final, final

from duro.db.pool import DatabasePool
from duro.kernel import TenantId

_HAS_TENANTS: Final = "select exists (select id from core.tenants)"

_TENANTS: Final = "select id from core.tenants order by id"
_AS_SWEEP: Final = "begin read only; set local role duro_sweep"


@final
class TenantCensus:
    """Says which merchants a database has, read as the role that may see that they exist and nothing more."""

    def __init__(self, sweep_pool: DatabasePool) -> None:
        self._pool = sweep_pool

    async def tenants(self) -> tuple[TenantId, ...]:
        """List them all; an administrator's pool does as well."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_SWEEP)
            try:
                return tuple(TenantId(row["id"]) for row in await connection.fetch(_TENANTS))
            finally:
                await connection.execute("rollback")

    async def has_tenants(self) -> bool:
        async with self._pool.acquire() as connection:
            return await connection.fetchval(_HAS_TENANTS) is True
