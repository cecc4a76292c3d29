from typing import Final, final

from asyncpg import Record

from duro.db.pages import Page, PageRequest
from duro.db.records import ApiKey
from duro.db.session import TenantSession
from duro.kernel import ApiKeyId, Mode, NotFoundError

_GET: Final = (
    "select id, mode, secret_digest, hint, created_at, revoked_at from core.api_keys where tenant_id = $1 and id = $2"
)
_LIST: Final = """
    select id, mode, secret_digest, hint, created_at, revoked_at from core.api_keys
    where tenant_id = $1 and id < $2 and mode = $3 order by tenant_id desc, id desc limit $4"""
_INSERT: Final = """
    insert into core.api_keys (tenant_id, id, mode, secret_digest, hint, created_at, revoked_at)
    values ($1, $2, $3, $4, $5, $6, $7)"""
_UPDATE: Final = "update core.api_keys set revoked_at = $3 where tenant_id = $1 and id = $2"


@final
class ApiKeyRepository:
    """The merchant's credentials of this mode."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, key_id: ApiKeyId) -> ApiKey | None:
        row = await self._session.fetchrow(_GET, key_id.value)
        return None if row is None else self.read(row)

    async def list(self, page: PageRequest) -> Page[ApiKey]:
        rows = await self._session.fetch(_LIST, page.before_id, self._session.mode.value, page.limit + 1)
        return page.cut(rows, read=self.read, id_of=lambda key: key.id)

    async def insert(self, key: ApiKey) -> None:
        await self._session.execute(
            _INSERT, key.id.value, key.mode.value, key.secret_digest, key.hint, key.created_at, key.revoked_at
        )

    async def update(self, key: ApiKey) -> None:
        """Store when it was revoked; nothing else of a key changes."""
        if not await self._session.execute(_UPDATE, key.id.value, key.revoked_at):
            raise NotFoundError("API key", key.id)

    @staticmethod
    def read(row: Record) -> ApiKey:
        return ApiKey(
            id=ApiKeyId(row["id"]),
            mode=Mode(row["mode"]),
            secret_digest=row["secret_digest"],
            hint=row["hint"],
            created_at=row["created_at"],
            revoked_at=row["revoked_at"],
        )
