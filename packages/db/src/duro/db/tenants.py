from typing import Final, final

from asyncpg import Record

from duro.db.records import Tenant
from duro.db.session import TenantSession
from duro.db.states import TenantStatus
from duro.kernel import NotFoundError, TenantId

_GET: Final = "select id, name, zone, status, created_at from core.tenants where id = $1"


@final
class TenantRepository:
    """The merchant's own account."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self) -> Tenant:
        """Read the context's tenant. Raise NotFoundError if it isn't registered."""
        row = await self._session.fetchrow(_GET)
        if row is None:
            raise NotFoundError("tenant", self._session.tenant_id)
        return self.read(row)

    @staticmethod
    def read(row: Record) -> Tenant:
        return Tenant(
            id=TenantId(row["id"]),
            name=row["name"],
            zone=row["zone"],
            status=TenantStatus(row["status"]),
            created_at=row["created_at"],
        )
