from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.db.pool import DatabasePool
from duro.db.session import TenantSession
from duro.kernel import Mode

_AMONG: Final = """
    select person_key from common.whatsapp_refusals
    where person_key = any($1::bytea[]) and mode = $2 and (until is null or until > $3)"""
_PUT: Final = """
    insert into common.whatsapp_refusals as r (person_key, mode, until)
    select key, $2, until from unnest($1::bytea[], $3::timestamptz[]) as given (key, until)
    on conflict (person_key, mode) do update
    set until = case when num_nulls(r.until, excluded.until) = 0 then greatest(r.until, excluded.until) end"""
_FORGET: Final = "delete from common.whatsapp_refusals where person_key = any($1::bytea[]) and mode = $2"


@final
@dataclass(frozen=True, slots=True)
class WhatsAppRefusal:
    """Somebody who isn't to be written on WhatsApp until then; without an end, until they ask for it."""

    person_key: bytes
    until: Instant | None = None


@final
class WhatsAppRefusalRepository:
    """Who isn't to be written on WhatsApp by any merchant of a mode: keyed digests, and no tenant."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def among(self, keys: Collection[bytes], *, now: Instant) -> frozenset[bytes]:
        """Say who of these people it is."""
        rows = await self._session.connection.fetch(_AMONG, list(keys), self._session.mode.value, now)
        return frozenset(row["person_key"] for row in rows)

    async def put(self, refusals: Sequence[WhatsAppRefusal]) -> None:
        """Note it of each of them, once; the longer time holds."""
        keys, ends = [one.person_key for one in refusals], [one.until for one in refusals]
        await self._session.connection.execute(_PUT, keys, self._session.mode.value, ends)


@final
class WhatsAppRefusals:
    """What people say themselves of being written on WhatsApp, to all merchants of a mode together."""

    def __init__(self, pool: DatabasePool, mode: Mode) -> None:
        self._pool = pool
        self._mode = mode

    async def put(self, person_key: bytes) -> None:
        """Let nobody write to them any more."""
        async with self._pool.acquire() as connection:
            await connection.execute(_PUT, [person_key], self._mode.value, [None])

    async def forget(self, person_key: bytes) -> None:
        """Let merchants write to them again, as far as they agreed to it."""
        async with self._pool.acquire() as connection:
            await connection.execute(_FORGET, [person_key], self._mode.value)
