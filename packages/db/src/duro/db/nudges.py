from collections.abc import Sequence
from typing import Final, final

from whenever import Instant

from duro.db.session import TenantSession

_LOCK: Final = """
    select pg_advisory_xact_lock(hashtextextended('nudge' || encode(person.key, 'hex'), 0))
    from (select distinct key from unnest($1::bytea[]) as given (key) order by key) as person"""
_FORGET: Final = "delete from common.nudges where person_key = any($1::bytea[]) and mode = $2 and nudged_at <= $3"
_READ: Final = """
    select person_key, nudged_at from common.nudges where person_key = any($1::bytea[]) and mode = $2
    order by nudged_at"""
_RESERVE: Final = """
    insert into common.nudges (person_key, mode, nudged_at)
    select person.key, $2, person.nudged_at from unnest($1::bytea[], $3::timestamptz[]) as person (key, nudged_at)
    on conflict do nothing"""
_RELEASE: Final = """
    delete from common.nudges n
    using unnest($1::bytea[], $3::timestamptz[]) as stayed (key, nudged_at)
    where n.person_key = stayed.key and n.mode = $2 and n.nudged_at = stayed.nudged_at"""


@final
class NudgeRepository:
    """When people were asked for money, by any merchant of a mode: keyed digests, and no tenant."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def lock(self, keys: Sequence[bytes], *, since: Instant) -> dict[bytes, set[Instant]]:
        """Keep others from nudging these people until the transaction ends, and say when each was nudged.

        What is older than `since` is forgotten.
        """
        mode = self._session.mode.value
        await self._session.connection.execute(_LOCK, keys)
        await self._session.connection.execute(_FORGET, keys, mode, since)
        nudges: dict[bytes, set[Instant]] = {key: set() for key in keys}
        for row in await self._session.connection.fetch(_READ, keys, mode):
            nudges[row["person_key"]].add(row["nudged_at"])
        return nudges

    async def reserve(self, nudges: Sequence[tuple[bytes, Instant]]) -> None:
        """Count a nudge of each of these locked people."""
        await self._session.connection.execute(_RESERVE, *self._columns(nudges))

    async def release(self, nudges: Sequence[tuple[bytes, Instant]]) -> None:
        """Take nudges back: they never left."""
        await self._session.connection.execute(_RELEASE, *self._columns(nudges))

    def _columns(self, nudges: Sequence[tuple[bytes, Instant]]) -> tuple[list[bytes], str, list[Instant]]:
        return [key for key, _ in nudges], self._session.mode.value, [nudged_at for _, nudged_at in nudges]
