from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

from asyncpg import Connection, Record
from whenever import Instant

from duro.db.pool import DatabasePool

_KEEP: Final = """
    insert into common.kept_notices (provider, key, kind, reason, detail, body, received_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing"""
_IS_KEEPING: Final = "select to_regclass('common.kept_notices') is not null"
_COUNT: Final = "select count(*) from common.kept_notices where handled_at is null"
_WAITING: Final = """
    select provider, key, kind, reason, detail, body, received_at from common.kept_notices
    where handled_at is null order by received_at, provider, key limit $1"""
_FIND: Final = """
    select provider, key, kind, reason, detail, body, received_at from common.kept_notices
    where provider = $1 and key = $2 and handled_at is null"""
_HANDLED: Final = """
    select body from common.kept_notices where provider = $1 and kind = $2 and handled_at is not null order by key"""
_HANDLE: Final = """
    update common.kept_notices set handled_at = $3 where provider = $1 and key = $2 and handled_at is null"""
_AS_OWNER: Final = "begin; set local role duro_owner"
_WRITTEN: Final = "INSERT 0 1"
_CHANGED: Final = "UPDATE 1"


class KeptReason(StrEnum):
    """Why nobody could act on what a provider told.

    malformed: it can't be read. unknown_reference: it names nothing of ours. contradiction: it doesn't agree with what
    was settled, or was given to a person to decide.
    """

    MALFORMED = "malformed"
    UNKNOWN_REFERENCE = "unknown_reference"
    CONTRADICTION = "contradiction"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotice:
    """What a provider told and nobody could act on, exactly as it came; its key is the same in every repeat."""

    provider: str
    key: str
    kind: str
    reason: KeptReason
    detail: str
    body: bytes = field(repr=False)
    received_at: Instant


@final
class KeptNotices:
    """Puts notices aside for a person; the services that do can read none of them."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool

    async def keep(self, notice: KeptNotice) -> bool:
        """Put it aside and return True, or return False if it was before."""
        async with self._pool.acquire() as connection:
            written = await connection.execute(
                _KEEP,
                notice.provider,
                notice.key,
                notice.kind,
                notice.reason.value,
                notice.detail,
                notice.body,
                notice.received_at,
            )
        return written == _WRITTEN


@final
class WaitingNotices:
    """The notices that were put aside, as an administrator sees them."""

    def __init__(self, admin_pool: DatabasePool) -> None:
        self._pool = admin_pool

    async def count(self) -> int:
        """Count those that nobody handled yet; none where the database is of a release that kept none."""
        async with self._as_owner() as connection:
            if not await connection.fetchval(_IS_KEEPING):
                return 0
            return int(await connection.fetchval(_COUNT) or 0)

    async def oldest(self, limit: int) -> tuple[KeptNotice, ...]:
        """Read those that nobody handled yet, oldest first."""
        async with self._as_owner() as connection:
            rows = await connection.fetch(_WAITING, limit)
        return tuple(self._read(row) for row in rows)

    async def find(self, *, provider: str, key: str) -> KeptNotice | None:
        """Read one that nobody handled yet."""
        async with self._as_owner() as connection:
            row = await connection.fetchrow(_FIND, provider, key)
        return None if row is None else self._read(row)

    async def handled(self, *, provider: str, kind: str) -> tuple[bytes, ...]:
        """Read what of one kind somebody has handled, exactly as it came."""
        async with self._as_owner() as connection:
            rows = await connection.fetch(_HANDLED, provider, kind)
        return tuple(row["body"] for row in rows)

    async def handle(self, *, provider: str, key: str, at: Instant) -> bool:
        """Mark one as handled; False if none such waits."""
        async with self._as_owner() as connection:
            return await connection.execute(_HANDLE, provider, key, at) == _CHANGED

    @asynccontextmanager
    async def _as_owner(self) -> AsyncGenerator[Connection]:
        """Lend a connection on which a transaction is open; it commits on a clean exit alone."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_OWNER)
            yield connection
            await connection.execute("commit")

    @staticmethod
    def _read(row: Record) -> KeptNotice:
        return KeptNotice(
            provider=row["provider"],
            key=row["key"],
            kind=row["kind"],
            reason=KeptReason(row["reason"]),
            detail=row["detail"],
            body=row["body"],
            received_at=row["received_at"],
        )
