from typing import Final, final

from asyncpg import Record

from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import Refund
from duro.db.session import TenantSession
from duro.db.states import RefundStatus
from duro.kernel import Currency, InvoiceId, Money, NotFoundError, PaymentAttemptId, RefundId

_LISTING: Final = Listing(
    table="refunds",
    columns="id, attempt_id, invoice_id, status, amount, currency, reason, claimed_until, created_at, settled_at, "
    "failure_code, failure_message",
)
_SELECT: Final = f"select {_LISTING.columns} from {{schema}}.refunds "
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for update"
_LOCK_OF_INVOICE: Final = _SELECT + "where tenant_id = $1 and invoice_id = $2 order by id for update"
_OF_ATTEMPT: Final = _SELECT + "where tenant_id = $1 and attempt_id = $2 order by id"
_INSERT: Final = """
    insert into {schema}.refunds (tenant_id, id, attempt_id, invoice_id, status, amount, currency, reason,
                                  claimed_until, created_at, settled_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_UPDATE: Final = """
    update {schema}.refunds
    set status = $3, claimed_until = $4, settled_at = $5, failure_code = $6, failure_message = $7
    where tenant_id = $1 and id = $2"""


@final
class RefundRepository:
    """Money of the tenant's payers going back."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, refund_id: RefundId) -> Refund | None:
        row = await self._session.fetchrow(_GET, refund_id.value)
        return None if row is None else self.read(row)

    async def lock_of_invoice(self, invoice_id: InvoiceId) -> tuple[Refund, ...]:
        """Lock every refund of one invoice, oldest first."""
        return tuple(self.read(row) for row in await self._session.fetch(_LOCK_OF_INVOICE, invoice_id.value))

    async def lock(self, refund_id: RefundId) -> Refund | None:
        row = await self._session.fetchrow(_LOCK, refund_id.value)
        return None if row is None else self.read(row)

    async def of_attempt(self, attempt_id: PaymentAttemptId) -> tuple[Refund, ...]:
        """Read every refund of one attempt, oldest first."""
        return tuple(self.read(row) for row in await self._session.fetch(_OF_ATTEMPT, attempt_id.value))

    async def list(
        self, page: PageRequest, *, invoice_id: InvoiceId | None = None, status: RefundStatus | None = None
    ) -> Page[Refund]:
        filters = {
            "invoice_id": None if invoice_id is None else invoice_id.value,
            "status": None if status is None else status.value,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda refund: refund.id)

    async def insert(self, refund: Refund) -> None:
        await self._session.execute(
            _INSERT,
            refund.id.value,
            refund.attempt_id.value,
            refund.invoice_id.value,
            refund.status.value,
            refund.amount.amount,
            refund.amount.currency.code,
            refund.reason,
            refund.claimed_until,
            refund.created_at,
            refund.settled_at,
        )

    async def update(self, refund: Refund) -> None:
        """Store the lease and what became of it; what was asked for never changes."""
        touched = await self._session.execute(
            _UPDATE,
            refund.id.value,
            refund.status.value,
            refund.claimed_until,
            refund.settled_at,
            refund.failure_code,
            refund.failure_message,
        )
        if not touched:
            raise NotFoundError("refund", refund.id)

    @staticmethod
    def read(row: Record) -> Refund:
        return Refund(
            id=RefundId(row["id"]),
            attempt_id=PaymentAttemptId(row["attempt_id"]),
            invoice_id=InvoiceId(row["invoice_id"]),
            status=RefundStatus(row["status"]),
            amount=Money(row["amount"], Currency(row["currency"])),
            reason=row["reason"],
            claimed_until=row["claimed_until"],
            created_at=row["created_at"],
            settled_at=row["settled_at"],
            failure_code=row["failure_code"],
            failure_message=row["failure_message"],
        )
