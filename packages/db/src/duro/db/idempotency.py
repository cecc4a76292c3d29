from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.records import IdempotencyRecord
from duro.db.session import TenantSession
from duro.kernel import NotFoundError

_GET: Final = """
    select credential_class, key, request_digest, status, body, locked_until, created_at
    from {schema}.idempotency_records where tenant_id = $1 and credential_class = $2 and key = $3"""
_LOCK: Final = _GET + " for update"
_INSERT: Final = """
    with old as materialized (
        select credential_class, key from {schema}.idempotency_records
        where tenant_id = $1 and created_at < $9 and (credential_class, key) <> ($2, $3)
        order by created_at
        limit 2
        for update skip locked
    ), forgotten as (
        delete from {schema}.idempotency_records r using old
        where r.tenant_id = $1 and r.credential_class = old.credential_class and r.key = old.key
    )
    insert into {schema}.idempotency_records (
        tenant_id, credential_class, key, request_digest, status, body, locked_until, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (tenant_id, credential_class, key) do nothing"""
_UPDATE: Final = """
    update {schema}.idempotency_records
    set request_digest = $4, status = $5, body = $6, locked_until = $7, created_at = $8
    where tenant_id = $1 and credential_class = $2 and key = $3"""
_ANSWER: Final = """
    update {schema}.idempotency_records set status = $5, body = $6, locked_until = null
    where tenant_id = $1 and credential_class = $2 and key = $3 and request_digest = $4 and status is null"""
_COUNT: Final = """
    select count(*) as n from {schema}.idempotency_records
    where tenant_id = $1 and credential_class = $2 and starts_with(key, $3) and created_at >= $4"""
_HOLD: Final = """
    select pg_try_advisory_xact_lock(
        hashtextextended(concat_ws(':', '{schema}', $1::uuid::text, $2::text, $3::text), 0)) as is_held"""


@final
class IdempotencyRepository:
    """The answers already given to the tenant's idempotency keys."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, credential_class: str, key: str) -> IdempotencyRecord | None:
        row = await self._session.fetchrow(_GET, credential_class, key)
        return None if row is None else self.read(row)

    async def lock(self, credential_class: str, key: str) -> IdempotencyRecord | None:
        row = await self._session.fetchrow(_LOCK, credential_class, key)
        return None if row is None else self.read(row)

    async def insert(self, record: IdempotencyRecord, *, forgetting_before: Instant) -> bool:
        """Write it if the key is free and say whether it was; waits for another transaction that is writing the key.

        It also deletes two records that are older than the given instant, so that they never pile up.
        """
        return bool(
            await self._session.execute(
                _INSERT,
                record.credential_class,
                record.key,
                record.request_digest,
                record.status,
                record.body,
                record.locked_until,
                record.created_at,
                forgetting_before,
            )
        )

    async def count(self, credential_class: str, *, starting: str, since: Instant) -> int:
        """Count the keys of one beginning that were used since, of at most a day: older ones are forgotten."""
        row = await self._session.fetchrow(_COUNT, credential_class, starting, since)
        return 0 if row is None else int(row["n"])

    async def update(self, record: IdempotencyRecord) -> None:
        touched = await self._session.execute(
            _UPDATE,
            record.credential_class,
            record.key,
            record.request_digest,
            record.status,
            record.body,
            record.locked_until,
            record.created_at,
        )
        if not touched:
            raise NotFoundError("idempotency record", record.key)

    async def hold(self, credential_class: str, key: str) -> bool:
        """Keep the key for this transaction, or say at once that another one is keeping it."""
        row = await self._session.fetchrow(_HOLD, credential_class, key)
        return row is not None and bool(row["is_held"])

    async def answer(self, record: IdempotencyRecord) -> bool:
        """Store the answer to a request that has none yet, and say whether it was stored."""
        return bool(
            await self._session.execute(
                _ANSWER, record.credential_class, record.key, record.request_digest, record.status, record.body
            )
        )

    @staticmethod
    def read(row: Record) -> IdempotencyRecord:
        return IdempotencyRecord(
            credential_class=row["credential_class"],
            key=row["key"],
            request_digest=row["request_digest"],
            status=row["status"],
            body=row["body"],
            locked_until=row["locked_until"],
            created_at=row["created_at"],
        )
