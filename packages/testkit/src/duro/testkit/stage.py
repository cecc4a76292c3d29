from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Self, final

from duro.crypto import ApiKeySecret
from duro.db.contexts import RepositoryContexts
from duro.db.pool import DatabasePool
from duro.kernel import Clock, IdFactory, Mode
from duro.testkit.builders import ApiKeyBuilder, TenantBuilder
from duro.testkit.staged_merchant import StagedMerchant

_TENANT: Final = "insert into core.tenants (id, name, zone, status, created_at) values ($1, $2, $3, $4, $5)"


@final
class Stage:
    """What stands in the database before a test begins, put there as the administrator, past every use case."""

    def __init__(self, pool: DatabasePool, *, clock: Clock, ids: IdFactory) -> None:
        self._pool = pool
        self._clock = clock
        self._ids = ids

    @classmethod
    @asynccontextmanager
    async def open(cls, admin_url: str, *, clock: Clock, ids: IdFactory) -> AsyncGenerator[Self]:
        pool = await DatabasePool.open(admin_url, max_size=4)
        try:
            yield cls(pool, clock=clock, ids=ids)
        finally:
            await pool.close()

    async def merchant(self, builder: TenantBuilder | None = None) -> StagedMerchant:
        """Insert a merchant with one secret key for each mode; it is set out in test mode first."""
        tenant = (builder or TenantBuilder()).build(self._ids, self._clock.now())
        async with self._pool.acquire() as connection:
            await connection.execute(
                _TENANT, tenant.id.value, tenant.name, tenant.zone, tenant.status.value, tenant.created_at
            )
        secrets = {mode: ApiKeySecret.mint(mode) for mode in Mode}
        for secret in secrets.values():
            async with self._contexts(secret.mode).open(tenant.id) as repos:
                await repos.api_keys.insert(ApiKeyBuilder(secret).build(self._ids, self._clock.now()))
        return StagedMerchant(
            tenant,
            secrets=secrets,
            contexts={mode: self._contexts(mode) for mode in Mode},
            clock=self._clock,
            ids=self._ids,
        )

    def _contexts(self, mode: Mode) -> RepositoryContexts:
        return RepositoryContexts(self._pool, mode, clock=self._clock, ids=self._ids)
