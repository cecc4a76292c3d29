from dataclasses import dataclass
from typing import Final, final
from uuid import UUID

from asyncpg import Record
from whenever import Instant, TimeDelta

from duro.db.pool import DatabasePool
from duro.db.session import SchemaSql
from duro.kernel import (
    DunningScheduleId,
    MessageId,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PaymentRequestId,
    RefundId,
    SubscriptionId,
    TenantId,
)

_IS_DUE: Final = """
        where s.tenant_id = t.id and s.test_clock_id is null
          and (s.status in ('active', 'trialing') or (s.status = 'paused' and s.cancel_at_period_end))
          and s.current_period_end <= $1 and (s.renews_from is null or s.renews_from <= $1)
          and not exists (
              select from {schema}.payment_attempts a
              where a.tenant_id = t.id and a.subscription_id = s.id and a.status in ('pending', 'review'))"""
_DUE: Final = (
    """
    select t.id as tenant_id, due.id
    from core.tenants t
    cross join lateral (
        select s.id, row_number() over (order by s.current_period_end, s.id) as turn
        from {schema}.subscriptions s
"""
    + _IS_DUE
    + """        order by s.current_period_end, s.id
        limit $2) as due
    where t.status = 'active'
    order by (due.turn - 1) / 20, t.id, due.turn
    limit $3"""
)
_ON_NO_TEST_CLOCK: Final = """
          and not exists (
              select from {schema}.subscriptions s
              where s.tenant_id = t.id and s.id = r.subscription_id and s.test_clock_id is not null)"""
_OF_NO_CHARGE_ON_A_TEST_CLOCK: Final = """
          and not exists (
              select from {schema}.payment_attempts a
              join {schema}.subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
              where a.tenant_id = t.id and a.id = r.attempt_id and s.test_clock_id is not null)"""
_NOT_BEING_CHARGED: Final = """
          and not exists (
              select from {schema}.payment_attempts a
              where a.tenant_id = t.id and a.subscription_id = r.subscription_id
                and a.status in ('pending', 'review'))"""
_PENDING: Final = " and r.status = 'pending'"


@final
@dataclass(frozen=True, slots=True)
class _Turns:
    """How to read what is due by an instant of each row, r, of a table, the tenants taking turns.

    In runs of 20, for active tenants only, or one by one, for all.
    """

    table: str
    due_at: str
    conditions: str = ""
    in_runs: bool = False

    @property
    def sql(self) -> str:
        order = "order by due.turn, t.id"
        if self.in_runs:
            order = "where t.status = 'active'\n    order by (due.turn - 1) / 20, t.id, due.turn"
        return f"""
    select t.id as tenant_id, due.id
    from core.tenants t
    cross join lateral (
        select r.id, row_number() over (order by r.{self.due_at}, r.id) as turn
        from {{schema}}.{self.table} r
        where r.tenant_id = t.id and r.{self.due_at} <= $1{self.conditions}
        order by r.{self.due_at}, r.id
        limit $2) as due
    {order}
    limit $3"""


_PENDING_ATTEMPTS: Final = _Turns("payment_attempts", "claimed_until", _PENDING + _ON_NO_TEST_CLOCK).sql
_PENDING_REFUNDS: Final = _Turns("refunds", "claimed_until", _PENDING + _OF_NO_CHARGE_ON_A_TEST_CLOCK).sql
_DUE_CASES: Final = _Turns("dunning_schedules", "wake_at", _NOT_BEING_CHARGED + _ON_NO_TEST_CLOCK, in_runs=True).sql
_DUE_PAYMENT_REQUESTS: Final = _Turns("payment_requests", "look_at", _ON_NO_TEST_CLOCK).sql
_DUE_MANDATES: Final = _Turns("payment_methods", "look_at").sql
_DUE_MESSAGES: Final = _Turns("messages", "send_at", in_runs=True).sql
_RENEWING: Final = """
    select t.id as tenant_id
    from core.tenants t
    where t.status = 'active' and t.id > $3 and exists (
        select from {schema}.subscriptions s
        where s.tenant_id = t.id and s.status in ('active', 'trialing') and s.test_clock_id is null
          and s.current_period_end > $1 and s.current_period_end <= $2)
    order by t.id
    limit $4"""
_INCOMPLETE: Final = """
    select t.id as tenant_id, due.id
    from core.tenants t
    cross join lateral (
        select s.id, row_number() over (order by s.created_at desc, s.id) as turn
        from {schema}.subscriptions s
        where s.tenant_id = t.id and s.status = 'incomplete' and s.test_clock_id is null
          and s.created_at >= $1 and s.created_at < $2
        order by s.created_at desc, s.id
        limit $3) as due
    where t.status = 'active'
    order by due.turn, t.id
    limit $4"""
_OLDEST_DUE: Final = (
    """
    select min(oldest.current_period_end) as due_at
    from core.tenants t
    cross join lateral (
        select s.current_period_end from {schema}.subscriptions s
"""
    + _IS_DUE
    + """        order by s.current_period_end limit 1) as oldest
    where t.status = 'active'"""
)
_IN_REVIEW: Final = """
    select count(*) as items from core.tenants t
    join {schema}.payment_attempts a on a.tenant_id = t.id
    where a.status = 'review'"""
_NEEDING_ATTENTION: Final = """
    select count(*) as items from core.tenants t
    join {schema}.refunds r on r.tenant_id = t.id
    where r.status = 'needs_attention'"""


@final
class Sweeps:
    """The scanners' view over all tenants: ids of what is due, the tenants taking turns, and nothing else of a row.

    What lives on a test clock is left out: only an advance of that clock makes it happen.

    Each tenant costs one probe of a partial index that begins with the tenant, however many subscriptions there are.
    The pool is the one of duro_sweep, which can read no other column and write nothing.
    """

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool
        self._sql = {mode: SchemaSql(mode) for mode in Mode}

    async def due_subscriptions(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int = 1_000, total: int = 10_000
    ) -> tuple[tuple[TenantId, SubscriptionId], ...]:
        """Read subscriptions that renew or end now that their period is over, each tenant's longest waiting first.

        The tenants take turns in runs of 20, which a worker can claim together.

        One whose charge is pending or in review is left out: it is others' work, and many must not hide the rest.
        So is one that catches up and was charged within a day, and a suspended tenant: its claims would be refused.
        """
        rows = await self._fetch(mode, _DUE, now, limit_per_tenant, total)
        return tuple((TenantId(row["tenant_id"]), SubscriptionId(row["id"])) for row in rows)

    async def pending_attempts(
        self, mode: Mode, now: Instant, *, limit: int = 10_000, limit_per_tenant: int = 1_000
    ) -> tuple[tuple[TenantId, PaymentAttemptId], ...]:
        """Read attempts whose answer is unknown and whose lease has run out."""
        rows = await self._fetch(mode, _PENDING_ATTEMPTS, now, limit_per_tenant, limit)
        return tuple((TenantId(row["tenant_id"]), PaymentAttemptId(row["id"])) for row in rows)

    async def pending_refunds(
        self, mode: Mode, now: Instant, *, limit: int = 10_000, limit_per_tenant: int = 1_000
    ) -> tuple[tuple[TenantId, RefundId], ...]:
        """Read refunds that aren't settled and whose lease has run out."""
        rows = await self._fetch(mode, _PENDING_REFUNDS, now, limit_per_tenant, limit)
        return tuple((TenantId(row["tenant_id"]), RefundId(row["id"])) for row in rows)

    async def due_cases(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int = 1_000, total: int = 10_000
    ) -> tuple[tuple[TenantId, DunningScheduleId], ...]:
        """Read recovery cases that somebody has to look at by now, each tenant's longest waiting first.

        The tenants take turns in runs of 20, which a worker can claim together. A case whose charge is pending or in
        review is left out, and so is a suspended tenant.
        """
        rows = await self._fetch(mode, _DUE_CASES, now, limit_per_tenant, total)
        return tuple((TenantId(row["tenant_id"]), DunningScheduleId(row["id"])) for row in rows)

    async def due_payment_requests(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int = 1_000, total: int = 10_000
    ) -> tuple[tuple[TenantId, PaymentRequestId], ...]:
        """Read requests for pushed money that somebody has to look at by now, the longest waiting first.

        A suspended tenant's are among them: what comes for it is taken and kept.
        """
        rows = await self._fetch(mode, _DUE_PAYMENT_REQUESTS, now, limit_per_tenant, total)
        return tuple((TenantId(row["tenant_id"]), PaymentRequestId(row["id"])) for row in rows)

    async def due_mandates(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int = 1_000, total: int = 10_000
    ) -> tuple[tuple[TenantId, PaymentMethodId], ...]:
        """Read mandates that somebody has to ask their provider about by now, the longest waiting first.

        Those of customers on test clocks are among them: the provider lives in real time.
        """
        rows = await self._fetch(mode, _DUE_MANDATES, now, limit_per_tenant, total)
        return tuple((TenantId(row["tenant_id"]), PaymentMethodId(row["id"])) for row in rows)

    async def due_messages(
        self, mode: Mode, now: Instant, *, limit_per_tenant: int = 1_000, total: int = 10_000
    ) -> tuple[tuple[TenantId, MessageId], ...]:
        """Read messages that may leave by now, and those whose sender has vanished, the longest waiting first.

        The tenants take turns in runs of 20, which a worker can claim together; those of a suspended tenant wait.
        """
        rows = await self._fetch(mode, _DUE_MESSAGES, now, limit_per_tenant, total)
        return tuple((TenantId(row["tenant_id"]), MessageId(row["id"])) for row in rows)

    async def renewing_tenants(
        self, mode: Mode, now: Instant, *, until: Instant, after: TenantId | None = None, limit: int = 1_000
    ) -> tuple[TenantId, ...]:
        """Read tenants of whom a subscription renews up to then, in the order of their ids."""
        start = UUID(int=0) if after is None else after.value
        return tuple(TenantId(row["tenant_id"]) for row in await self._fetch(mode, _RENEWING, now, until, start, limit))

    async def incomplete_subscriptions(
        self,
        mode: Mode,
        *,
        created_from: Instant = Instant.MIN,
        created_before: Instant,
        limit: int = 1_000,
        limit_per_tenant: int = 1_000,
    ) -> tuple[tuple[TenantId, SubscriptionId], ...]:
        """Read subscriptions still waiting for their first payment, the newest first."""
        rows = await self._fetch(mode, _INCOMPLETE, created_from, created_before, limit_per_tenant, limit)
        return tuple((TenantId(row["tenant_id"]), SubscriptionId(row["id"])) for row in rows)

    async def oldest_due_lag(self, mode: Mode, now: Instant) -> TimeDelta:
        """Say how long the first of all due subscriptions has waited for a claim; zero if none is due."""
        rows = await self._fetch(mode, _OLDEST_DUE, now)
        due_at: Instant | None = rows[0]["due_at"]
        return TimeDelta() if due_at is None else now - due_at

    async def attempts_in_review(self, mode: Mode) -> int:
        """Count the attempts that only a person can explain."""
        return (await self._fetch(mode, _IN_REVIEW))[0]["items"]

    async def refunds_needing_attention(self, mode: Mode) -> int:
        """Count the refunds that a provider refused and nobody has decided on."""
        return (await self._fetch(mode, _NEEDING_ATTENTION))[0]["items"]

    async def _fetch(self, mode: Mode, template: str, *arguments: object) -> list[Record]:
        async with self._pool.acquire() as connection:
            return await connection.fetch(self._sql[mode].of(template), *arguments)
