from dataclasses import dataclass
from typing import Final, final

from asyncpg import Connection, Record
from whenever import Instant

from duro.db.pool import DatabasePool
from duro.kernel import Currency, IncomingPaymentId, Mode, Money, SubscriptionId, TenantId

_AS_SWEEP: Final = "begin read only; set local role duro_sweep"
_AS_TENANT: Final = "begin read only; set local role duro_owner; set local duro.tenant_id = '{tenant}'"
_IS_KEEPING: Final = "select to_regclass('{schema}.money_decisions') is not null"
_TENANTS: Final = "select id from core.tenants order by id"
_WHOSE: Final = "select tenant_id from {schema}.subscriptions where id = $1"
_HAS: Final = """
    select exists (select from {schema}.incoming_payments
                   where tenant_id = $1 and provider = $2 and reference = $3)"""
_WAITING: Final = """
    select m.id, m.provider, m.reference, m.rail, m.amount, m.currency, m.subscription_id, m.received_at
    from {schema}.incoming_payments m
    where m.tenant_id = $1 and ($2::uuid is null or m.id = $2)
      and not exists (
          select from {schema}.allocations g where g.tenant_id = $1 and g.incoming_payment_id = m.id)
      and not exists (
          select from {schema}.money_decisions d where d.tenant_id = $1 and d.incoming_payment_id = m.id)
    order by m.id"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPayment:
    """Money that waits for a person, as an administrator sees it: whose it is, how much, and what it came for."""

    mode: Mode
    tenant_id: TenantId
    payment_id: IncomingPaymentId
    provider: str
    reference: str
    rail: str
    amount: Money
    subscription_id: SubscriptionId | None
    received_at: Instant


@final
class WaitingMoney:
    """The money of all merchants that nobody could allocate, found tenant by tenant on an administrator's pool."""

    def __init__(self, admin_pool: DatabasePool) -> None:
        self._pool = admin_pool

    async def all(self) -> tuple[WaitingPayment, ...]:
        """Read it in both modes, oldest first; none where the database is of a release that could decide nothing."""
        return tuple(sorted(await self._read_all(None), key=lambda payment: payment.payment_id.value))

    async def find(self, payment_id: IncomingPaymentId) -> WaitingPayment | None:
        """Read one of either mode; None if none such waits."""
        return next(iter(await self._read_all(payment_id)), None)

    async def owner(self, subscription_id: SubscriptionId) -> tuple[Mode, TenantId] | None:
        """Say in which mode a subscription is, and whose."""
        async with self._pool.acquire() as connection:
            for mode in Mode:
                await connection.execute(_AS_SWEEP)
                tenant = await connection.fetchval(self._in(mode, _WHOSE), subscription_id.value)
                await connection.execute("rollback")
                if tenant is not None:
                    return mode, TenantId(tenant)
        return None

    async def holder(self, provider: str, reference: str) -> tuple[Mode, TenantId] | None:
        """Say in which mode money of that provider's reference was taken in already, and for whom."""
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_SWEEP)
            tenants = [TenantId(row["id"]) for row in await connection.fetch(_TENANTS)]
            await connection.execute("rollback")
            for tenant in tenants:
                await connection.execute(_AS_TENANT.replace("{tenant}", tenant.value.hex))
                has = [
                    mode
                    for mode in Mode
                    if await connection.fetchval(self._in(mode, _HAS), tenant.value, provider, reference)
                ]
                await connection.execute("rollback")
                if has:
                    return has[0], tenant
        return None

    async def _read_all(self, payment_id: IncomingPaymentId | None) -> list[WaitingPayment]:
        async with self._pool.acquire() as connection:
            await connection.execute(_AS_SWEEP)
            tenants = [TenantId(row["id"]) for row in await connection.fetch(_TENANTS)]
            modes = [mode for mode in Mode if await connection.fetchval(self._in(mode, _IS_KEEPING))]
            await connection.execute("rollback")
            return [
                payment
                for tenant in tenants
                for mode in modes
                for payment in await self._read_one(connection, mode, tenant, payment_id)
            ]

    @classmethod
    async def _read_one(
        cls, connection: Connection, mode: Mode, tenant: TenantId, payment_id: IncomingPaymentId | None
    ) -> list[WaitingPayment]:
        await connection.execute(_AS_TENANT.replace("{tenant}", tenant.value.hex))
        named = None if payment_id is None else payment_id.value
        rows = await connection.fetch(cls._in(mode, _WAITING), tenant.value, named)
        await connection.execute("rollback")
        return [cls._read(mode, tenant, row) for row in rows]

    @staticmethod
    def _read(mode: Mode, tenant: TenantId, row: Record) -> WaitingPayment:
        subscription = row["subscription_id"]
        return WaitingPayment(
            mode=mode,
            tenant_id=tenant,
            payment_id=IncomingPaymentId(row["id"]),
            provider=row["provider"],
            reference=row["reference"],
            rail=row["rail"],
            amount=Money(row["amount"], Currency(row["currency"])),
            subscription_id=None if subscription is None else SubscriptionId(subscription),
            received_at=row["received_at"],
        )

    @staticmethod
    def _in(mode: Mode, template: str) -> str:
        return template.replace("{schema}", mode.value)
