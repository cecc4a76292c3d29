from msgspec import Struct

from duro.db.pages import Page
from duro.db.records import AttemptStatus, Invoice, InvoiceLine, InvoiceStatus, PaymentAttempt
from duro.merchant_api.invoices import InvoiceWithAttempts
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


class TransactionView(Struct, frozen=True, rename="camel"):
    """One try to collect an invoice; `reference` is its name at the provider."""

    id: str
    status: AttemptStatus
    amount: int
    currency: str
    payment_method_id: str
    provider: str
    rail: str
    reference: str
    reason: str
    failure_code: str | None
    failure_message: str | None
    advice_code: str | None
    created_at: str
    settled_at: str | None

    @classmethod
    def of(cls, attempt: PaymentAttempt) -> "TransactionView":
        return cls(
            id=str(attempt.id),
            status=attempt.status,
            amount=attempt.amount.amount,
            currency=attempt.amount.currency.code,
            payment_method_id=str(attempt.payment_method_id),
            provider=attempt.provider,
            rail=attempt.rail,
            reference=attempt.reference,
            reason=attempt.reason,
            failure_code=attempt.failure_code,
            failure_message=attempt.failure_message,
            advice_code=attempt.advice_code,
            created_at=Written.instant(attempt.created_at),
            settled_at=Written.optional(attempt.settled_at),
        )


class InvoiceView(Struct, frozen=True, rename="camel"):
    """What a subscription owes for one period; `amount` is the total, everything is in minor units."""

    id: str
    subscription_id: str
    customer_id: str
    status: InvoiceStatus
    currency: str
    subtotal: int
    discount: int
    credit_applied: int
    amount: int
    amount_paid: int
    amount_remaining: int
    amount_refunded: int
    period_start: str
    period_end: str
    paid_at: str | None
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
            status=invoice.status,
            currency=invoice.currency.code,
            subtotal=invoice.subtotal.amount,
            discount=invoice.discount.amount,
            credit_applied=invoice.credit_applied.amount,
            amount=invoice.total.amount,
            amount_paid=invoice.amount_paid.amount,
            amount_remaining=invoice.amount_remaining.amount,
            amount_refunded=invoice.amount_refunded.amount,
            period_start=Written.instant(invoice.period_start),
            period_end=Written.instant(invoice.period_end),
            paid_at=Written.optional(invoice.paid_at),
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
        return cls(**fields, transactions=[TransactionView.of(attempt) for attempt in found.attempts])


class InvoicePage(PageView[InvoiceView], frozen=True, rename="camel"):
    """One page of invoices."""

    @classmethod
    def of(cls, page: Page[Invoice]) -> "InvoicePage":
        return cls([InvoiceView.of(invoice) for invoice in page.items], page.has_more, page.next_cursor)
