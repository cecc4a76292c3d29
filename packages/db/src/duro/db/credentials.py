from dataclasses import dataclass
from typing import Final, final

from duro.db.pool import DatabasePool
from duro.kernel import ApiKeyId, Mode, TenantId

_RESOLVE: Final = "select tenant_id, key_id, mode from core.resolve_api_key($1)"


@final
@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """Whom a valid key speaks for."""

    tenant_id: TenantId
    key_id: ApiKeyId
    mode: Mode


@final
class CredentialResolver:
    """Finds the tenant of a key before any tenant is known, by a function of the database that gives ids only."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def resolve(self, digest: bytes) -> ResolvedKey | None:
        """Look a key up by the sha256 of its secret; None if unknown or revoked."""
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(_RESOLVE, digest)
        if row is None:
            return None
        return ResolvedKey(TenantId(row["tenant_id"]), ApiKeyId(row["key_id"]), Mode(row["mode"]))
