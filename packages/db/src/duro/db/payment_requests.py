from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record
from whenever import Instant

from duro.billing.recovery import Rail
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.db.session import TenantSession
from duro.db.states import Initiator
from duro.kernel import Currency, InvoiceId, Money, NotFoundError, PaymentRequestId, SubscriptionId

_SELECT: Final = """
    select id, invoice_id, subscription_id, provider, rail, status, amount, currency, instructions, look_at,
           expires_at, created_at, settled_at, initiator
    from {schema}.payment_requests """
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for update"
_LOCK_WAITING: Final = (
    _SELECT + "where tenant_id = $1 and invoice_id = $2 and status in ('opening', 'open') order by id for update"
)
_OF_INVOICES: Final = _SELECT + "where tenant_id = $1 and invoice_id = any($2::uuid[]) order by created_at, id"
_INSERT: Final = """
    insert into {schema}.payment_requests (tenant_id, id, invoice_id, subscription_id, provider, rail, status, amount,
                                           currency, instructions, look_at, expires_at, created_at, settled_at,
                                           initiator)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"""
_HASTEN: Final = """
    update {schema}.payment_requests set look_at = $3 where tenant_id = $1 and invoice_id = $2 and status = 'open'"""
_UPDATE: Final = """
    update {schema}.payment_requests
    set status = $3, instructions = $4, look_at = $5, expires_at = $6, settled_at = $7
    where tenant_id = $1 and id = $2"""


@final
class PaymentRequestRepository:
    """What the tenant's payers were asked to push."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, request_id: PaymentRequestId) -> PaymentRequest | None:
        row = await self._session.fetchrow(_GET, request_id.value)
        return None if row is None else self._read(row)

    async def lock(self, request_id: PaymentRequestId) -> PaymentRequest | None:
        row = await self._session.fetchrow(_LOCK, request_id.value)
        return None if row is None else self._read(row)

    async def lock_waiting(self, invoice_id: InvoiceId) -> tuple[PaymentRequest, ...]:
        """Lock the requests of one invoice that money is still hoped for, oldest first."""
        rows = await self._session.fetch(_LOCK_WAITING, invoice_id.value)
        return tuple(self._read(row) for row in rows)

    async def of_invoices(self, invoice_ids: Sequence[InvoiceId]) -> tuple[PaymentRequest, ...]:
        """Read everything that payers were asked to push for these invoices, oldest first."""
        rows = await self._session.fetch(_OF_INVOICES, [one.value for one in invoice_ids])
        return tuple(self._read(row) for row in rows)

    async def insert(self, request: PaymentRequest) -> None:
        await self._session.execute(
            _INSERT,
            request.id.value,
            request.invoice_id.value,
            request.subscription_id.value,
            request.provider,
            request.rail.value,
            request.status.value,
            request.amount.amount,
            request.amount.currency.code,
            request.instructions,
            request.look_at,
            request.expires_at,
            request.created_at,
            request.settled_at,
            request.initiator.value,
        )

    async def update(self, request: PaymentRequest) -> None:
        """Store when to look again and what became of it; what was asked for never changes."""
        touched = await self._session.execute(
            _UPDATE,
            request.id.value,
            request.status.value,
            request.instructions,
            request.look_at,
            request.expires_at,
            request.settled_at,
        )
        if not touched:
            raise NotFoundError("payment_request", request.id)

    async def hasten(self, invoice_id: InvoiceId, *, now: Instant) -> None:
        """Have everything that is open for an invoice looked at at once: nothing is wanted of it any more."""
        await self._session.execute(_HASTEN, invoice_id.value, now)

    @staticmethod
    def _read(row: Record) -> PaymentRequest:
        return PaymentRequest(
            id=PaymentRequestId(row["id"]),
            invoice_id=InvoiceId(row["invoice_id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            provider=row["provider"],
            rail=Rail(row["rail"]),
            status=PaymentRequestStatus(row["status"]),
            amount=Money(row["amount"], Currency(row["currency"])),
            instructions=row["instructions"],
            look_at=row["look_at"],
            expires_at=row["expires_at"],
            created_at=row["created_at"],
            settled_at=row["settled_at"],
            initiator=Initiator(row["initiator"]),
        )
