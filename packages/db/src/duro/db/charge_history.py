from dataclasses import dataclass
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.db.pool import DatabasePool
from duro.db.session import SchemaSql
from duro.kernel import Currency, CustomerId, InvoiceId, Mode, Money, TenantId

_READ: Final = (
    "begin isolation level repeatable read read only; set local role duro_owner; set local duro.tenant_id = '{tenant}'"
)
_IS_KNOWN: Final = "select from core.tenants where id = $1"
_CHARGES: Final = """
    select a.invoice_id, i.customer_id, a.provider, a.rail, a.status = 'succeeded' as is_paid, a.amount, a.currency,
           a.failure_code, m.brand, a.created_at, m.created_at as card_added_at, i.paid_at
    from {schema}.payment_attempts a
    join {schema}.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
    join {schema}.payment_methods m on m.tenant_id = a.tenant_id and m.id = a.payment_method_id
    where a.tenant_id = $1 and i.created_at >= $2 and a.status in ('succeeded', 'failed')
    order by a.created_at desc, a.id desc
    limit $3"""


@final
@dataclass(frozen=True, slots=True)
class PastCharge:
    """One charge that was answered: of whose invoice, when, on which card, and how; and when the invoice was paid."""

    invoice_id: InvoiceId
    customer_id: CustomerId
    provider: str
    rail: str
    is_paid: bool
    amount: Money
    failure_code: str | None
    brand: str
    charged_at: Instant
    card_added_at: Instant
    invoice_paid_at: Instant | None


@final
class ChargeHistory:
    """Reads what one tenant's charges were answered, as the tables' owner under that tenant's walls; writes nothing."""

    MOST: Final = 500_000

    def __init__(self, pool: DatabasePool, *, tenant_id: TenantId, mode: Mode) -> None:
        self._pool = pool
        self._tenant_id = tenant_id
        self._sql = SchemaSql(mode)

    async def since(self, instant: Instant) -> tuple[PastCharge, ...] | None:
        """Return the charges of invoices made since then, oldest first, of very many the latest 500,000.

        Return None if there is no such tenant.
        """
        tenant = self._tenant_id.value
        async with self._pool.acquire() as connection:
            await connection.execute(_READ.replace("{tenant}", tenant.hex))
            try:
                if await connection.fetchrow(_IS_KNOWN, tenant) is None:
                    return None
                rows = await connection.fetch(self._sql.of(_CHARGES), tenant, instant, self.MOST)
            finally:
                await connection.execute("rollback")
        return tuple(self._read(row) for row in reversed(rows))

    @staticmethod
    def _read(row: Record) -> PastCharge:
        return PastCharge(
            invoice_id=InvoiceId(row["invoice_id"]),
            customer_id=CustomerId(row["customer_id"]),
            provider=row["provider"],
            rail=row["rail"],
            is_paid=row["is_paid"],
            amount=Money(row["amount"], Currency(row["currency"])),
            failure_code=row["failure_code"],
            brand=row["brand"],
            charged_at=row["created_at"],
            card_added_at=row["card_added_at"],
            invoice_paid_at=row["paid_at"],
        )
