from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final
from uuid import UUID

from asyncpg import Connection, Record
from whenever import Instant

from duro.db.pool import DatabasePool
from duro.kernel import Currency, Mode, Money, PaymentAttemptId, PaymentRequestId, RefundId, TenantId

_TENANTS: Final = "begin read only; set local role duro_sweep"
_TENANT: Final = "begin read only; set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_ATTEMPTS: Final = """
select a.id, coalesce(d.amount, a.amount) as amount, coalesce(d.currency, a.currency) as currency, a.claimed_until,
    a.fee,
    s.test_clock_id is not null as is_on_test_clock,
    case when a.status = 'failed' and a.id in (
        select i.attempt_id from {schema}.incoming_payments i where i.tenant_id = $1 and i.attempt_id is not null)
    then 'received' else a.status end as status
from {schema}.payment_attempts a
join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
left join {schema}.review_decisions d on d.tenant_id = a.tenant_id and d.attempt_id = a.id
where a.tenant_id = $1 and a.provider = $2 and a.id > $3 order by a.id limit $4"""
_REFUNDS: Final = """
select r.id, r.status, r.amount, r.currency, null as fee, r.claimed_until,
    s.test_clock_id is not null as is_on_test_clock
from {schema}.refunds r
join {schema}.payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
where r.tenant_id = $1 and a.provider = $2 and r.id > $3 order by r.id limit $4"""
_REQUESTS: Final = """
select q.id, q.status, q.amount, q.currency, null as fee, q.created_at as claimed_until,
    s.test_clock_id is not null as is_on_test_clock
from {schema}.payment_requests q
join {schema}.subscriptions s on s.tenant_id = q.tenant_id and s.id = q.subscription_id
where q.tenant_id = $1 and q.provider = $2 and q.id > $3 order by q.id limit $4"""
_ARRIVALS: Final = """
select i.id, i.reference, 'received' as status, i.amount, i.currency, i.fee, i.created_at as claimed_until,
    false as is_on_test_clock
from {schema}.incoming_payments i
where i.tenant_id = $1 and i.provider = $2 and i.attempt_id is null and i.id > $3 order by i.id limit $4"""
_PAGE: Final = 5_000


@final
@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """What this database says of one reference at a provider: money asked for, given back, or pushed by a payer.

    On a test clock the lease is by that clock, and what is pending waits for its merchant. A failed attempt whose money
    came after all is received; of one that a person decided, the amount is what they say was taken. The fee
    is what the provider kept, as far as it is known.
    """

    reference: str
    status: str
    amount: Money
    claimed_until: Instant
    is_on_test_clock: bool = False
    fee: Money | None = None


@final
class CollectionBook:
    """Every reference given to a provider in one mode, of all merchants, read in pages on an administrator's pool."""

    def __init__(self, pool: DatabasePool, mode: Mode, *, provider: str) -> None:
        self._pool = pool
        self._mode = mode
        self._provider = provider

    def attempts(self) -> AsyncIterator[CollectionEntry]:
        """Yield attempts to collect, tenant by tenant."""
        return self._entries(_ATTEMPTS, lambda row: PaymentAttemptId(row["id"]).suffix)

    def refunds(self) -> AsyncIterator[CollectionEntry]:
        """Yield refunds, tenant by tenant."""
        return self._entries(_REFUNDS, lambda row: RefundId(row["id"]).suffix)

    def requests(self) -> AsyncIterator[CollectionEntry]:
        """Yield what payers were asked to push, tenant by tenant."""
        return self._entries(_REQUESTS, lambda row: PaymentRequestId(row["id"]).suffix)

    def arrivals(self) -> AsyncIterator[CollectionEntry]:
        """Yield what payers pushed under the provider's own references, tenant by tenant."""
        return self._entries(_ARRIVALS, lambda row: row["reference"])

    async def _entries(self, template: str, name: Callable[[Record], str]) -> AsyncIterator[CollectionEntry]:
        statement = template.replace("{schema}", self._mode.value)
        for tenant in await self._tenants():
            after = UUID(int=0)
            while rows := await self._page(tenant, statement, after):
                after = rows[-1]["id"]
                for row in rows:
                    yield self._read(row, name(row))

    async def _tenants(self) -> list[TenantId]:
        async with self._pool.acquire() as connection:
            await connection.execute(_TENANTS)
            try:
                rows = await connection.fetch("select id from core.tenants order by id")
            finally:
                await self._end(connection)
        return [TenantId(row["id"]) for row in rows]

    async def _page(self, tenant: TenantId, statement: str, after: UUID) -> list[Record]:
        async with self._pool.acquire() as connection:
            await connection.execute(_TENANT.replace("{tenant}", str(tenant.value)))
            try:
                return await connection.fetch(statement, tenant.value, self._provider, after, _PAGE)
            finally:
                await self._end(connection)

    @staticmethod
    async def _end(connection: Connection) -> None:
        with suppress(OSError):
            await connection.execute("rollback")

    @staticmethod
    def _read(row: Record, reference: str) -> CollectionEntry:
        currency = Currency(row["currency"])
        return CollectionEntry(
            reference=reference,
            status=row["status"],
            amount=Money(row["amount"], currency),
            claimed_until=row["claimed_until"],
            is_on_test_clock=row["is_on_test_clock"],
            fee=None if row["fee"] is None else Money(row["fee"], currency),
        )
