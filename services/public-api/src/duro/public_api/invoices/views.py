from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus
from duro.merchant_api.invoices import InvoiceWithAttempts
from duro.public_api.transactions.views import TransactionView
from duro.public_api.wire import PageView, Written


class InvoiceLineView(Struct, frozen=True, rename="camel"):
    """One line of an invoice, in minor units of its currency."""

    description: str
    quantity: int
    unit_amount: int
    amount: int

    @classmethod
    def of(cls, line: InvoiceLine) -> "InvoiceLineView":
        return cls(line.description, line.quantity, line.unit_amount.amount, line.amount.amount)


class InvoiceView(Struct, frozen=True, rename="camel"):
    """What a subscription owes for one thing; `amount` is the total, everything is in minor units.

    `creditGranted` is what its lines gave to the credit balance, `creditApplied` what it took from it.
    """

    id: str
    subscription_id: str
    customer_id: str
    kind: InvoiceKind
    status: InvoiceStatus
    currency: str
    subtotal: int
    discount: int
    promo_code_id: str | None
    credit_applied: int
    credit_granted: int
    amount: int
    amount_paid: int
    amount_remaining: int
    amount_refunded: int
    period_start: str
    period_end: str
    paid_at: str | None
    marked_uncollectible_at: str | None
    rail: str | None
    idempotency_key: str
    lines: list[InvoiceLineView]
    created_at: str

    @classmethod
    def of(cls, invoice: Invoice) -> "InvoiceView":
        return cls(
            id=str(invoice.id),
            subscription_id=str(invoice.subscription_id),
            customer_id=str(invoice.customer_id),
            kind=invoice.kind,
            status=invoice.status,
            currency=invoice.currency.code,
            subtotal=invoice.subtotal.amount,
            discount=invoice.discount.amount,
            promo_code_id=None if invoice.promo_code_id is None else str(invoice.promo_code_id),
            credit_applied=invoice.credit_applied.amount,
            credit_granted=invoice.credit_granted.amount,
            amount=invoice.total.amount,
            amount_paid=invoice.amount_paid.amount,
            amount_remaining=invoice.amount_remaining.amount,
            amount_refunded=invoice.amount_refunded.amount,
            period_start=Written.instant(invoice.period_start),
            period_end=Written.instant(invoice.period_end),
            paid_at=Written.optional(invoice.paid_at),
            marked_uncollectible_at=Written.optional(invoice.marked_uncollectible_at),
            rail=invoice.rail,
            idempotency_key=invoice.idempotency_key,
            lines=[InvoiceLineView.of(line) for line in invoice.lines],
            created_at=Written.instant(invoice.created_at),
        )


class InvoiceDetailView(InvoiceView, frozen=True, rename="camel", kw_only=True):
    """An invoice with every try to collect it, oldest first."""

    transactions: list[TransactionView]

    @classmethod
    def with_attempts(cls, found: InvoiceWithAttempts) -> "InvoiceDetailView":
        plain = InvoiceView.of(found.invoice)
        fields = {name: getattr(plain, name) for name in InvoiceView.__struct_fields__}
        return cls(**fields, transactions=[TransactionView.of(attempt, found.disputes) for attempt in found.attempts])


class InvoicePage(PageView[InvoiceView], frozen=True, rename="camel"):
    """One page of invoices."""

    @classmethod
    def of(cls, page: Page[Invoice]) -> "InvoicePage":
        return cls([InvoiceView.of(invoice) for invoice in page.items], page.has_more, page.next_cursor)
