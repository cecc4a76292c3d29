from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, final

from asyncpg import Connection, InterfaceError, InternalClientError, PostgresError

from duro.db.pool import DatabasePool
from duro.db.repositories import Repositories
from duro.db.roles import DatabaseRole
from duro.db.session import SchemaSql, TenantSession
from duro.kernel import Clock, IdFactory, Mode, TenantId

_BEGIN: Final = (
    "begin isolation level read committed; set local idle_in_transaction_session_timeout = '30s';"
    " set local duro.tenant_id = '{tenant}'"
)


class AbortedTransactionError(RuntimeError):
    """A context ended cleanly although one of its statements had failed: nothing was written."""

    def __init__(self) -> None:
        super().__init__("A statement of this transaction failed and was swallowed; Postgres rolled it back.")


@final
class RepositoryContexts:
    """Transactions of one mode, each bound to one tenant."""

    def __init__(
        self, pool: DatabasePool, mode: Mode, *, clock: Clock, ids: IdFactory, role: DatabaseRole | None = None
    ) -> None:
        """Act as another role than the pool's where one is given: an administrator stands behind no tenant's walls."""
        self._pool = pool
        self._role = role
        self._begin = _BEGIN if role is None else f"{_BEGIN}; set local role {role.value}"
        self._sql = SchemaSql(mode)
        self._clock = clock
        self._ids = ids

    @property
    def mode(self) -> Mode:
        """The mode every transaction belongs to."""
        return self._sql.mode

    def on(self, clock: Clock) -> "RepositoryContexts":
        """Give the same transactions, dated by another clock."""
        return RepositoryContexts(self._pool, self.mode, clock=clock, ids=self._ids, role=self._role)

    @asynccontextmanager
    async def open(self, tenant_id: TenantId) -> AsyncGenerator[Repositories]:
        """Open one transaction (READ COMMITTED) for this tenant: commit on a clean exit, roll back on an error.

        The server ends one that does nothing for 30 seconds: a machine that stopped in the middle lets go of its locks.
        The beginning is a single round trip. After the exit its repositories raise ClosedContextError.
        """
        async with self._pool.acquire() as connection:
            await connection.execute(self._begin.replace("{tenant}", tenant_id.value.hex))
            session = TenantSession(connection, tenant_id=tenant_id, sql=self._sql, clock=self._clock, ids=self._ids)
            try:
                yield Repositories(session)
            except BaseException:
                session.close()
                await self._roll_back(connection)
                raise
            session.close()
            if await connection.execute("commit") != "COMMIT":
                raise AbortedTransactionError

    @staticmethod
    async def _roll_back(connection: Connection) -> None:
        """Let the first error be the one that is told: a connection that can't even roll back is dropped."""
        try:
            if not connection.is_closed():
                await connection.execute("rollback")
        except (OSError, PostgresError, InterfaceError, InternalClientError):
            connection.terminate()
