from typing import final
from uuid import UUID

from asyncpg import Connection, Record

from duro.kernel import Clock, IdFactory, Mode, TenantId


class ClosedContextError(RuntimeError):
    """A repository was used after its transaction had ended."""

    def __init__(self) -> None:
        super().__init__("This repository's transaction has ended; open a new context.")


@final
class SchemaSql:
    """Statements of one mode: `{schema}` in a template is filled once and kept."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._filled: dict[str, str] = {}

    def of(self, template: str) -> str:
        """Name the schema in a statement."""
        filled = self._filled.get(template)
        if filled is None:
            filled = self._filled[template] = template.replace("{schema}", self.mode.value)
        return filled


@final
class TenantSession:
    """One open transaction of one tenant in one mode; in every statement $1 is the tenant."""

    def __init__(
        self, connection: Connection, *, tenant_id: TenantId, sql: SchemaSql, clock: Clock, ids: IdFactory
    ) -> None:
        self._connection: Connection | None = connection
        self._sql = sql
        self.tenant_id = tenant_id
        self.clock = clock
        self.ids = ids

    @property
    def connection(self) -> Connection:
        """The connection that holds the transaction. Raise ClosedContextError once it has ended."""
        if self._connection is None:
            raise ClosedContextError
        return self._connection

    @property
    def mode(self) -> Mode:
        """The mode the transaction belongs to."""
        return self._sql.mode

    @property
    def _tenant(self) -> UUID:
        return self.tenant_id.value

    async def fetch(self, template: str, *arguments: object) -> list[Record]:
        """Run a statement and return its rows; the tenant is $1, the arguments start at $2."""
        return await self.connection.fetch(self._sql.of(template), self._tenant, *arguments)

    async def fetchrow(self, template: str, *arguments: object) -> Record | None:
        """Run a statement and return its first row."""
        return await self.connection.fetchrow(self._sql.of(template), self._tenant, *arguments)

    async def execute(self, template: str, *arguments: object) -> int:
        """Run a statement and return how many rows it touched."""
        tag = await self.connection.execute(self._sql.of(template), self._tenant, *arguments)
        return int(tag.rpartition(" ")[2])

    def close(self) -> None:
        """Refuse any further use."""
        self._connection = None
