from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Final, final

from asyncpg import Connection, Record
from whenever import Instant

from duro.db.pool import DatabasePool
from duro.db.session import SchemaSql
from duro.db.states import TenantStatus
from duro.kernel import Mode, NotFoundError, TenantId

_AS_TENANT: Final = "begin; set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_SUSPEND: Final = "update core.tenants set status = 'suspended', suspended_at = $2 where id = $1"
_LOCK: Final = "select status, suspended_at from core.tenants where id = $1 for update"
_RESUME: Final = "update core.tenants set status = 'active', suspended_at = null where id = $1"
_THAW: Final = (files("duro.db") / "sql" / "thaw_cases.sql").read_text()


@final
class TenantStanding:
    """Whether a merchant may act, as an administrator decides it: a suspended one's claims are refused.

    What is in flight is settled all the same. Its open recovery cases freeze, and get the lost time back.
    """

    def __init__(self, admin_pool: DatabasePool) -> None:
        self._pool = admin_pool

    async def suspend(self, tenant_id: TenantId, *, at: Instant) -> bool:
        """Return False if it was suspended before. Raise NotFoundError."""
        async with self._locked(tenant_id) as (connection, tenant):
            if tenant["status"] == TenantStatus.SUSPENDED:
                return False
            await connection.execute(_SUSPEND, tenant_id.value, at)
            return True

    async def resume(self, tenant_id: TenantId, *, at: Instant) -> bool:
        """Let it act again; return False if it did. Raise NotFoundError.

        Every open case that isn't paused gets a later deadline by what it lost of its time, and what was planned
        is decided about anew; what was asked of a payer waits on. Test clocks stood still meanwhile.
        """
        async with self._locked(tenant_id) as (connection, tenant):
            if tenant["status"] == TenantStatus.ACTIVE:
                return False
            await connection.execute(_RESUME, tenant_id.value)
            if tenant["suspended_at"] is not None:
                for mode in Mode:
                    await connection.execute(SchemaSql(mode).of(_THAW), tenant_id.value, tenant["suspended_at"], at)
            return True

    @asynccontextmanager
    async def _locked(self, tenant_id: TenantId) -> AsyncGenerator[tuple[Connection, Record]]:
        """Lend a connection on which a transaction is open and the tenant locked; it commits on a clean exit alone."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_TENANT.replace("{tenant}", tenant_id.value.hex))
            try:
                yield connection, await self._lock(connection, tenant_id)
            except BaseException:
                await connection.execute("rollback")
                raise
            await connection.execute("commit")

    @staticmethod
    async def _lock(connection: Connection, tenant_id: TenantId) -> Record:
        tenant = await connection.fetchrow(_LOCK, tenant_id.value)
        if tenant is None:
            raise NotFoundError("tenant", tenant_id)
        return tenant
