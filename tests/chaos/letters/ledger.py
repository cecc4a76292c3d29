from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, final
from uuid import UUID

import asyncpg

from duro.crypto import SystemClock
from duro.db.pool import DatabasePool
from duro.kernel import Mode


@final
@dataclass(slots=True)
class MessageBooks:
    """Our own rows of messages in both modes, read and moved as the administrator.

    `held` are those that were being sent when something was struck: their holder may have vanished.
    """

    ROWS: ClassVar[str] = """
        select m.id, m.kind, m.status, m.outcome, m.tries, c.email
        from {schema}.messages m join {schema}.customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id"""
    SENDING: ClassVar[str] = "select id from {schema}.messages where status = 'sending'"
    FORGOTTEN: ClassVar[str] = """
        select id from {schema}.messages where status = 'sending' and id = any($1) for update skip locked"""
    EXPIRE: ClassVar[str] = "update {schema}.messages set send_at = $2 where status = 'sending' and id = any($1)"
    COME_DUE: ClassVar[str] = "update {schema}.messages set send_at = $1 where status = 'pending' and send_at > $1"
    WAITING: ClassVar[str] = "select count(*) from {schema}.messages where send_at is not null"
    PENDING: ClassVar[str] = "select count(*) from {schema}.messages where status = 'pending'"
    UNREACHED: ClassVar[str] = "select count(*) from {schema}.messages where outcome = 'outage:unreachable'"
    CUT: ClassVar[str] = """
        select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()"""

    admin_url: str
    held: set[UUID] = field(default_factory=set)

    async def rows(self) -> list[asyncpg.Record]:
        return await self._each(self.ROWS)

    async def note_held(self) -> list[UUID]:
        """Note what is being sent by now."""
        found = [row["id"] for row in await self._each(self.SENDING)]
        self.held |= set(found)
        return found

    async def expire(self, ids: Iterable[UUID]) -> None:
        """Let the leases of these pass, as five minutes would."""
        await self._each(self.EXPIRE, list(ids), SystemClock().now())

    async def are_given_up(self, ids: Iterable[UUID]) -> bool:
        """Say whether none of these is still taken for being sent, besides what a transaction has its hand on."""
        return not await self._each(self.FORGOTTEN, list(ids))

    async def come_due(self) -> None:
        """Let every wait pass."""
        await self._each(self.COME_DUE, SystemClock().now())

    async def waiting(self) -> int:
        return sum(row["count"] for row in await self._each(self.WAITING))

    async def pending(self) -> int:
        return sum(row["count"] for row in await self._each(self.PENDING))

    async def unreached(self) -> int:
        return sum(row["count"] for row in await self._each(self.UNREACHED))

    async def cut_connections(self) -> None:
        async with self._connection() as connection:
            await connection.fetch(self.CUT)

    async def _each(self, template: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._connection() as connection:
            return [
                row for mode in Mode for row in await connection.fetch(template.replace("{schema}", mode), *arguments)
            ]

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[asyncpg.Connection]:
        pool = await DatabasePool.open(self.admin_url, min_size=0, max_size=1)
        try:
            async with pool.acquire() as connection:
                yield connection
        finally:
            pool.terminate()
