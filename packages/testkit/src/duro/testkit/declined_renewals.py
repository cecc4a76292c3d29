from typing import Final, final

from whenever import Instant, TimeDelta

from duro.crypto import SystemClock
from duro.db import DatabasePool
from duro.kernel import Mode

_OWNER: Final = "set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_TENANTS: Final = "select id from core.tenants order by id"
_DECLINED: Final = """
with subjects as (
    select s.*, gen_random_uuid() as invoice_id from {schema}.subscriptions s where s.tenant_id = $1
), invoices as (
    insert into {schema}.invoices (
        tenant_id, id, subscription_id, customer_id, idempotency_key, status, currency, subtotal, total, period_start,
        period_end, created_at)
    select s.tenant_id, s.invoice_id, s.id, s.customer_id, 'renewal_' || s.id, 'open', s.currency, s.amount, s.amount,
           s.current_period_end, s.current_period_end + interval '1 month', $2
    from subjects s
), lines as (
    insert into {schema}.invoice_lines (tenant_id, invoice_id, position, description, quantity, unit_amount, amount)
    select s.tenant_id, s.invoice_id, 1, 'Monthly', 1, s.amount, s.amount from subjects s
), attempts as (
    insert into {schema}.payment_attempts (
        tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason,
        failure_code, failure_message, claimed_until, created_at, settled_at)
    select s.tenant_id, gen_random_uuid(), s.invoice_id, s.id, s.payment_method_id, 'simulated', 'card', 'failed',
           s.amount, s.currency, 'The first try for this period.', '51', 'Insufficient funds', $2, $2, $2
    from subjects s
), schedules as (
    insert into {schema}.dunning_schedules (
        tenant_id, id, invoice_id, subscription_id, state, category, rail, attempts_made, next_attempt_at, reason,
        opened_at, amount, currency, deadline_at, action, cause, wake_at)
    select s.tenant_id, gen_random_uuid(), s.invoice_id, s.id, 'scheduled', 'insufficient_funds', 'card', 1, $3,
           'Money is likelier to be there on payday.', $2, s.amount, s.currency, $2 + interval '35 days',
           'retry_payday', 'payday', $3
    from subjects s
), journals as (
    insert into {schema}.journals (tenant_id, id, cause_type, cause_id, currency, created_at)
    select s.tenant_id, s.invoice_id, 'invoice', s.invoice_id, s.currency, $2 from subjects s
), entries as (
    insert into {schema}.ledger_entries (tenant_id, journal_id, position, account, amount, currency)
    select s.tenant_id, s.invoice_id, side.position, side.account, side.sign * s.amount, s.currency
    from subjects s
    cross join (values (1::smallint, 'receivable', 1), (2::smallint, 'revenue', -1)) as side (position, account, sign)
)
update {schema}.subscriptions s set status = 'past_due' from subjects where s.tenant_id = $1 and s.id = subjects.id"""
_RESTING: Final = """
update {schema}.dunning_schedules d set next_attempt_at = $3, wake_at = $3
where d.tenant_id = $1 and d.id in (
    select id from {schema}.dunning_schedules where tenant_id = $1 order by id limit $2)"""


@final
class DeclinedRenewals:
    """Turns every subscription of one mode of a seeded database into a case that was declined two weeks ago."""

    def __init__(self, pool: DatabasePool, mode: Mode = Mode.TEST) -> None:
        self._pool = pool
        self._mode = mode

    async def make(self, *, resting: float = 0.0) -> None:
        """Let tries be due now, but for a share of them that rests until the day after tomorrow."""
        now = SystemClock().now()
        declined, due, later = now - TimeDelta(hours=14 * 24), now - TimeDelta(hours=1), now + TimeDelta(hours=48)
        for tenant in await self._tenants():
            await self._in_tenant(tenant, declined=declined, due=due, later=later, resting=resting)

    async def _tenants(self) -> list[object]:
        async with self._pool.acquire() as connection:
            return [row["id"] for row in await connection.fetch(_TENANTS)]

    async def _in_tenant(
        self, tenant: object, *, declined: Instant, due: Instant, later: Instant, resting: float
    ) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute("begin")
            await connection.execute(_OWNER.replace("{tenant}", str(tenant)))
            tag = await connection.execute(self._of(_DECLINED), tenant, declined, due)
            count = round(int(tag.rpartition(" ")[2]) * resting)
            if count:
                await connection.execute(self._of(_RESTING), tenant, count, later)
            await connection.execute("commit")

    def _of(self, template: str) -> str:
        return template.replace("{schema}", self._mode.value)
