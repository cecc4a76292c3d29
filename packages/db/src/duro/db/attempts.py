from typing import Final, final

from asyncpg import Record, UniqueViolationError
from whenever import Instant

from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import PaymentAttempt
from duro.db.session import TenantSession
from duro.db.states import AttemptStatus, Initiator
from duro.kernel import (
    ConflictError,
    Currency,
    InvoiceId,
    Money,
    NotFoundError,
    PaymentAttemptId,
    PaymentMethodId,
    SubscriptionId,
)

_LISTING: Final = Listing(
    table="payment_attempts",
    columns="id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason, "
    "failure_code, failure_message, advice_code, claimed_until, created_at, settled_at, initiator, credited, "
    "approval_url, fee",
)
_SELECT: Final = f"select {_LISTING.columns} from {{schema}}.payment_attempts "
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_OF_INVOICE: Final = _SELECT + "where tenant_id = $1 and invoice_id = $2 order by id"
_PENDING_WITH_METHOD: Final = """
    select from {schema}.payment_attempts where tenant_id = $1 and payment_method_id = $2 and status = 'pending'
    limit 1"""
_UNEXPLAINED_OF_SUBSCRIPTION: Final = (
    _SELECT + "where tenant_id = $1 and subscription_id = $2 and status in ('pending', 'review') order by id"
)
_INSERT: Final = """
    insert into {schema}.payment_attempts (
        tenant_id, id, invoice_id, subscription_id, payment_method_id, provider, rail, status, amount, currency, reason,
        failure_code, failure_message, advice_code, claimed_until, created_at, settled_at, initiator)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"""
_UPDATE: Final = """
    update {schema}.payment_attempts
    set status = $3, failure_code = $4, failure_message = $5, advice_code = $6, claimed_until = $7, settled_at = $8,
        approval_url = case when $3 = 'pending' then approval_url end
    where tenant_id = $1 and id = $2"""

_DEFER: Final = """
    update {schema}.payment_attempts set claimed_until = $3
    where tenant_id = $1 and id = $2 and status = 'pending'"""
_AWAIT_APPROVAL: Final = """
    update {schema}.payment_attempts set approval_url = $3, claimed_until = $4
    where tenant_id = $1 and id = $2 and status = 'pending'"""


@final
class AttemptRepository:
    """The tries to collect the tenant's invoices."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, attempt_id: PaymentAttemptId) -> PaymentAttempt | None:
        row = await self._session.fetchrow(_GET, attempt_id.value)
        return None if row is None else self.read(row)

    async def of_invoice(self, invoice_id: InvoiceId) -> tuple[PaymentAttempt, ...]:
        """Read every attempt of one invoice, oldest first."""
        return tuple(self.read(row) for row in await self._session.fetch(_OF_INVOICE, invoice_id.value))

    async def are_pending_with(self, method_id: PaymentMethodId) -> bool:
        """Say whether a charge to this method is in flight."""
        return await self._session.fetchrow(_PENDING_WITH_METHOD, method_id.value) is not None

    async def unexplained_of_subscription(self, subscription_id: SubscriptionId) -> tuple[PaymentAttempt, ...]:
        """Read the attempts of one subscription of which nobody can say yet whether money was taken."""
        rows = await self._session.fetch(_UNEXPLAINED_OF_SUBSCRIPTION, subscription_id.value)
        return tuple(self.read(row) for row in rows)

    async def list(
        self,
        page: PageRequest,
        *,
        invoice_id: InvoiceId | None = None,
        subscription_id: SubscriptionId | None = None,
        status: AttemptStatus | None = None,
    ) -> Page[PaymentAttempt]:
        filters = {
            "invoice_id": None if invoice_id is None else invoice_id.value,
            "subscription_id": None if subscription_id is None else subscription_id.value,
            "status": None if status is None else status.value,
        }
        rows = await _LISTING.rows(self._session, page, equal=filters)
        return page.cut(rows, read=self.read, id_of=lambda attempt: attempt.id)

    async def insert(self, attempt: PaymentAttempt) -> None:
        """Raise ConflictError `payment_in_progress` if the invoice has an attempt in flight, in review or paid."""
        try:
            await self._session.execute(_INSERT, *self._values(attempt))
        except UniqueViolationError as error:
            if error.constraint_name != "payment_attempts_one_in_flight":
                raise
            raise ConflictError("payment_in_progress", "This invoice is being paid or has been paid.") from error

    async def update(self, attempt: PaymentAttempt) -> None:
        """Store the lease and what became of it; what was asked for never changes."""
        touched = await self._session.execute(
            _UPDATE,
            attempt.id.value,
            attempt.status.value,
            attempt.failure_code,
            attempt.failure_message,
            attempt.advice_code,
            attempt.claimed_until,
            attempt.settled_at,
        )
        if not touched:
            raise NotFoundError("transaction", attempt.id)

    async def defer(self, attempt_id: PaymentAttemptId, *, until: Instant) -> None:
        """Let nobody look a pending attempt up before then."""
        await self._session.execute(_DEFER, attempt_id.value, until)

    async def await_approval(self, attempt_id: PaymentAttemptId, *, url: str, until: Instant) -> None:
        """Keep where the payer approves a pending attempt, and let nobody look it up before then."""
        await self._session.execute(_AWAIT_APPROVAL, attempt_id.value, url, until)

    @staticmethod
    def read(row: Record) -> PaymentAttempt:
        currency = Currency(row["currency"])
        return PaymentAttempt(
            id=PaymentAttemptId(row["id"]),
            invoice_id=InvoiceId(row["invoice_id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            payment_method_id=PaymentMethodId(row["payment_method_id"]),
            provider=row["provider"],
            rail=row["rail"],
            status=AttemptStatus(row["status"]),
            amount=Money(row["amount"], currency),
            reason=row["reason"],
            failure_code=row["failure_code"],
            failure_message=row["failure_message"],
            advice_code=row["advice_code"],
            claimed_until=row["claimed_until"],
            created_at=row["created_at"],
            settled_at=row["settled_at"],
            initiator=Initiator(row["initiator"]),
            credited=Money(row["credited"], currency) if row["credited"] else None,
            approval_url=row["approval_url"],
            fee=None if row["fee"] is None else Money(row["fee"], currency),
        )

    @staticmethod
    def _values(attempt: PaymentAttempt) -> tuple[object, ...]:
        return (
            attempt.id.value,
            attempt.invoice_id.value,
            attempt.subscription_id.value,
            attempt.payment_method_id.value,
            attempt.provider,
            attempt.rail,
            attempt.status.value,
            attempt.amount.amount,
            attempt.amount.currency.code,
            attempt.reason,
            attempt.failure_code,
            attempt.failure_message,
            attempt.advice_code,
            attempt.claimed_until,
            attempt.created_at,
            attempt.settled_at,
            attempt.initiator.value,
        )
