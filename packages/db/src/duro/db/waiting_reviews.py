from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from asyncpg import Connection, Record
from whenever import Instant

from duro.db.pool import DatabasePool
from duro.kernel import Currency, InvoiceId, Mode, Money, PaymentAttemptId, SubscriptionId, TenantId

_AS_SWEEP: Final = "begin read only; set local role duro_sweep"
_AS_TENANT: Final = "begin read only; set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_HAS_ATTEMPTS: Final = "select to_regclass('{schema}.payment_attempts') is not null"
_COUNT: Final = "select count(*) from {schema}.payment_attempts where status = 'review'"
_OLDEST: Final = "select tenant_id, id from {schema}.payment_attempts where status = 'review' order by id limit $1"
_WHOSE: Final = "select tenant_id, id from {schema}.payment_attempts where status = 'review' and id = $1"
_READ: Final = """
    select a.id, a.invoice_id, a.subscription_id, a.provider, a.amount, a.currency, a.failure_code, a.failure_message,
           a.settled_at
    from {schema}.payment_attempts a
    where a.tenant_id = $1 and a.id = any($2::uuid[]) and a.status = 'review' order by a.id"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReview:
    """An attempt that waits for a person, as an administrator sees it: what was asked, what was told, since when."""

    mode: Mode
    tenant_id: TenantId
    attempt_id: PaymentAttemptId
    invoice_id: InvoiceId
    subscription_id: SubscriptionId
    provider: str
    asked: Money
    code: str
    told: str
    since: Instant


@final
class WaitingReviews:
    """The attempts of all merchants that wait for a person, found as the scanners' role on an administrator's pool."""

    def __init__(self, admin_pool: DatabasePool) -> None:
        self._pool = admin_pool

    async def count(self) -> int:
        """Count them in both modes; none where the tables are still being made."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_SWEEP)
            counts = [
                await connection.fetchval(self._in(mode, _COUNT))
                for mode in Mode
                if await connection.fetchval(self._in(mode, _HAS_ATTEMPTS))
            ]
            await connection.execute("rollback")
        return sum(counts)

    async def oldest(self, mode: Mode, limit: int) -> tuple[WaitingReview, ...]:
        """Read those of one mode, the attempt that was made first before the others."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_SWEEP)
            rows = await connection.fetch(self._in(mode, _OLDEST), limit)
            await connection.execute("rollback")
            found = [
                review
                for tenant in {row["tenant_id"]: None for row in rows}
                for review in await self._read_all(
                    connection, mode, TenantId(tenant), [row for row in rows if row["tenant_id"] == tenant]
                )
            ]
        return tuple(sorted(found, key=lambda review: review.attempt_id.value))

    async def find(self, attempt_id: PaymentAttemptId) -> WaitingReview | None:
        """Read one of either mode; None if none such waits."""
        async with self._pool.acquire() as connection:
            for mode in Mode:
                await connection.execute(_AS_SWEEP)
                rows = await connection.fetch(self._in(mode, _WHOSE), attempt_id.value)
                await connection.execute("rollback")
                for row in rows:
                    return next(iter(await self._read_all(connection, mode, TenantId(row["tenant_id"]), rows)), None)
        return None

    @classmethod
    async def _read_all(
        cls, connection: Connection, mode: Mode, tenant: TenantId, rows: Sequence[Record]
    ) -> list[WaitingReview]:
        await connection.execute(_AS_TENANT.replace("{tenant}", tenant.value.hex))
        found = await connection.fetch(cls._in(mode, _READ), tenant.value, [row["id"] for row in rows])
        await connection.execute("rollback")
        return [cls._read(mode, tenant, row) for row in found]

    @staticmethod
    def _read(mode: Mode, tenant: TenantId, row: Record) -> WaitingReview:
        return WaitingReview(
            mode=mode,
            tenant_id=tenant,
            attempt_id=PaymentAttemptId(row["id"]),
            invoice_id=InvoiceId(row["invoice_id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            provider=row["provider"],
            asked=Money(row["amount"], Currency(row["currency"])),
            code=row["failure_code"] or "",
            told=row["failure_message"] or "",
            since=row["settled_at"],
        )

    @staticmethod
    def _in(mode: Mode, template: str) -> str:
        return template.replace("{schema}", mode.value)
