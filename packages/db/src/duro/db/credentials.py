from dataclasses import dataclass
from typing import Final, final

from duro.db.pool import DatabasePool
from duro.db.states import TenantStatus
from duro.kernel import ApiKeyId, Mode, TenantId

_RESOLVE: Final = "select tenant_id, key_id, mode, tenant_status from core.resolve_api_key($1)"


@final
@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """Whom a valid key speaks for, and whether they may use it."""

    tenant_id: TenantId
    key_id: ApiKeyId
    mode: Mode
    tenant_status: TenantStatus


@final
class CredentialResolver:
    """Finds the tenant of a key before any tenant is known, by a function of the database that gives nothing else."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def resolve(self, digest: bytes) -> ResolvedKey | None:
        """Look a key up by the sha256 of its secret; None if unknown or revoked."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(_RESOLVE, digest)
        if row is None:
            return None
        return ResolvedKey(
            tenant_id=TenantId(row["tenant_id"]),
            key_id=ApiKeyId(row["key_id"]),
            mode=Mode(row["mode"]),
            tenant_status=TenantStatus(row["tenant_status"]),
        )
