from collections.abc import Sequence
from typing import Final, final

from asyncpg import Record, UniqueViolationError
from whenever import Instant

from duro.billing import InvoiceLine
from duro.db.amendments import PlanChangeJson
from duro.db.listing import Listing
from duro.db.pages import Page, PageRequest
from duro.db.records import Invoice
from duro.db.session import TenantSession
from duro.db.states import InvoiceKind, InvoiceStatus
from duro.kernel import (
    ConflictError,
    Currency,
    CustomerId,
    InvoiceId,
    Money,
    NotFoundError,
    PromoCodeId,
    SubscriptionId,
)

_LISTING: Final = Listing(
    table="invoices",
    columns="id, subscription_id, customer_id, idempotency_key, status, currency, subtotal, discount, credit_applied, "
    "total, amount_paid, amount_refunded, period_start, period_end, paid_at, rail, created_at, kind, credit_granted, "
    "plan_change, promo_code_id, marked_uncollectible_at",
)
_SELECT: Final = f"select {_LISTING.columns} from {{schema}}.invoices "
_GET: Final = _SELECT + "where tenant_id = $1 and id = $2"
_LOCK: Final = _GET + " for update"
_BY_KEY: Final = _SELECT + "where tenant_id = $1 and idempotency_key = $2"
_LOCK_OPEN: Final = _SELECT + "where tenant_id = $1 and subscription_id = $2 and status = 'open' order by id for update"
_LOCK_GIVEN_UP: Final = _SELECT + (
    "where tenant_id = $1 and subscription_id = $2 and status = 'uncollectible' and amount_paid > 0"
    " order by id for update"
)
_OF_PERIOD: Final = _SELECT + (
    "where tenant_id = $1 and subscription_id = $2 and period_start = $3"
    " and (kind = 'period' or kind = 'plan_change' and status = 'paid') order by status = 'paid' desc, id desc limit 1"
)
_LINES: Final = """
    select invoice_id, description, quantity, unit_amount, amount from {schema}.invoice_lines
    where tenant_id = $1 and invoice_id = any($2::uuid[]) order by invoice_id, position"""
_INSERT: Final = """
    insert into {schema}.invoices (
        tenant_id, id, subscription_id, customer_id, idempotency_key, status, currency, subtotal, discount,
        credit_applied, total, amount_paid, amount_refunded, period_start, period_end, paid_at, rail, created_at, kind,
        credit_granted, plan_change, promo_code_id, marked_uncollectible_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23)"""
_INSERT_LINES: Final = """
    insert into {schema}.invoice_lines (tenant_id, invoice_id, position, description, quantity, unit_amount, amount)
    select $1, $2, line.position, line.description, line.quantity, line.unit_amount, line.amount
    from unnest($3::text[], $4::integer[], $5::bigint[], $6::bigint[]) with ordinality
         as line (description, quantity, unit_amount, amount, position)"""
_UPDATE: Final = """
    update {schema}.invoices
    set status = $3, amount_paid = $4, amount_refunded = $5, paid_at = $6, rail = $7, marked_uncollectible_at = $8
    where tenant_id = $1 and id = $2"""
_CARRY: Final = """
    with invoice as (
        update {schema}.invoices set subtotal = $3, total = $4 where tenant_id = $1 and id = $2
        returning id)
    insert into {schema}.invoice_lines (tenant_id, invoice_id, position, description, quantity, unit_amount, amount)
    select $1, invoice.id, last.position + 1, $5, $6, $7, $8
    from invoice, (select coalesce(max(l.position), 0) as position from {schema}.invoice_lines l
                   where l.tenant_id = $1 and l.invoice_id = $2) as last"""
_OF_CUSTOMER: Final = (
    "subscription_id = any(array(select s.id from {schema}.subscriptions s where s.tenant_id = $1"
    " and s.customer_id = '{customer}'))"
)


@final
class InvoiceRepository:
    """What the tenant's customers owe, with lines."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    async def get(self, invoice_id: InvoiceId) -> Invoice | None:
        return await self._one(_GET, invoice_id.value)

    async def lock(self, invoice_id: InvoiceId) -> Invoice | None:
        return await self._one(_LOCK, invoice_id.value)

    async def lock_open(self, subscription_id: SubscriptionId) -> tuple[Invoice, ...]:
        """Lock the open invoices of one subscription; their lines are left out."""
        return tuple(self.read(row) for row in await self._session.fetch(_LOCK_OPEN, subscription_id.value))

    async def lock_partly_paid(self, subscription_id: SubscriptionId) -> tuple[Invoice, ...]:
        """Lock what was given up of one subscription though a part of it is paid; their lines are left out."""
        return tuple(self.read(row) for row in await self._session.fetch(_LOCK_GIVEN_UP, subscription_id.value))

    async def get_by_key(self, idempotency_key: str) -> Invoice | None:
        """Read the invoice of one period by its unique key."""
        return await self._one(_BY_KEY, idempotency_key)

    async def get_of_period(self, subscription_id: SubscriptionId, start: Instant) -> Invoice | None:
        """Read what was asked for the period that starts there, without its lines; None if it was never invoiced."""
        row = await self._session.fetchrow(_OF_PERIOD, subscription_id.value, start)
        return None if row is None else self.read(row)

    async def list(
        self,
        page: PageRequest,
        *,
        subscription_id: SubscriptionId | None = None,
        customer_id: CustomerId | None = None,
        status: InvoiceStatus | None = None,
    ) -> Page[Invoice]:
        """Read invoices with their lines; a customer's are found by way of their subscriptions."""
        filters = {
            "subscription_id": None if subscription_id is None else subscription_id.value,
            "status": None if status is None else status.value,
        }
        conditions = () if customer_id is None else (_OF_CUSTOMER.replace("{customer}", customer_id.value.hex),)
        rows = await _LISTING.rows(self._session, page, equal=filters, conditions=conditions)
        lines = await self._lines([row["id"] for row in rows])
        return page.cut(
            rows,
            read=lambda row: self.read(row, lines.get(row["id"], ())),
            id_of=lambda invoice: invoice.id,
        )

    async def insert(self, invoice: Invoice) -> None:
        """Write the invoice and its lines. Raise ConflictError `invoice_exists` if its key is taken."""
        try:
            await self._session.execute(_INSERT, *self._values(invoice))
        except UniqueViolationError as error:
            if error.constraint_name != "invoices_tenant_id_idempotency_key_key":
                raise
            raise ConflictError("invoice_exists", "This period has been invoiced.") from error
        await self._session.execute(
            _INSERT_LINES,
            invoice.id.value,
            [line.description for line in invoice.lines],
            [line.quantity for line in invoice.lines],
            [line.unit_amount.amount for line in invoice.lines],
            [line.amount.amount for line in invoice.lines],
        )

    async def update(self, invoice: Invoice) -> None:
        """Store status, amounts paid and refunded, when, by which rail, when given up; what was owed never changes."""
        touched = await self._session.execute(
            _UPDATE,
            invoice.id.value,
            invoice.status.value,
            invoice.amount_paid.amount,
            invoice.amount_refunded.amount,
            invoice.paid_at,
            invoice.rail,
            invoice.marked_uncollectible_at,
        )
        if not touched:
            raise NotFoundError("invoice", invoice.id)

    async def carry(self, invoice: Invoice, line: InvoiceLine) -> None:
        """Store that a locked invoice asks for less by a line that it gets: what that takes off waits for the next."""
        await self._session.execute(
            _CARRY,
            invoice.id.value,
            invoice.subtotal.amount,
            invoice.total.amount,
            line.description,
            line.quantity,
            line.unit_amount.amount,
            line.amount.amount,
        )

    async def _one(self, statement: str, argument: object) -> Invoice | None:
        row = await self._session.fetchrow(statement, argument)
        if row is None:
            return None
        lines = await self._lines([row["id"]])
        return self.read(row, lines.get(row["id"], ()))

    async def _lines(self, invoice_ids: Sequence[object]) -> dict[object, tuple[Record, ...]]:
        found: dict[object, tuple[Record, ...]] = {}
        for line in await self._session.fetch(_LINES, invoice_ids):
            found[line["invoice_id"]] = (*found.get(line["invoice_id"], ()), line)
        return found

    @staticmethod
    def read(row: Record, lines: tuple[Record, ...] = ()) -> Invoice:
        currency = Currency(row["currency"])
        return Invoice(
            id=InvoiceId(row["id"]),
            subscription_id=SubscriptionId(row["subscription_id"]),
            customer_id=CustomerId(row["customer_id"]),
            idempotency_key=row["idempotency_key"],
            status=InvoiceStatus(row["status"]),
            subtotal=Money(row["subtotal"], currency),
            discount=Money(row["discount"], currency),
            credit_applied=Money(row["credit_applied"], currency),
            total=Money(row["total"], currency),
            amount_paid=Money(row["amount_paid"], currency),
            amount_refunded=Money(row["amount_refunded"], currency),
            period_start=row["period_start"],
            period_end=row["period_end"],
            paid_at=row["paid_at"],
            rail=row["rail"],
            created_at=row["created_at"],
            kind=InvoiceKind(row["kind"]),
            credit_granted=Money(row["credit_granted"], currency),
            plan_change=PlanChangeJson.read(row["plan_change"]),
            promo_code_id=None if row["promo_code_id"] is None else PromoCodeId(row["promo_code_id"]),
            marked_uncollectible_at=row["marked_uncollectible_at"],
            lines=tuple(
                InvoiceLine(
                    description=line["description"],
                    quantity=line["quantity"],
                    unit_amount=Money(line["unit_amount"], currency),
                    amount=Money(line["amount"], currency),
                )
                for line in lines
            ),
        )

    @staticmethod
    def _values(invoice: Invoice) -> tuple[object, ...]:
        return (
            invoice.id.value,
            invoice.subscription_id.value,
            invoice.customer_id.value,
            invoice.idempotency_key,
            invoice.status.value,
            invoice.currency.code,
            invoice.subtotal.amount,
            invoice.discount.amount,
            invoice.credit_applied.amount,
            invoice.total.amount,
            invoice.amount_paid.amount,
            invoice.amount_refunded.amount,
            invoice.period_start,
            invoice.period_end,
            invoice.paid_at,
            invoice.rail,
            invoice.created_at,
            invoice.kind.value,
            invoice.credit_granted.amount,
            PlanChangeJson.write(invoice.plan_change),
            None if invoice.promo_code_id is None else invoice.promo_code_id.value,
            invoice.marked_uncollectible_at,
        )
