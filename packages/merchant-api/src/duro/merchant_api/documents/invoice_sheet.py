from collections.abc import Iterator
from typing import Final, final

from whenever import Instant

from duro.billing import Zone
from duro.db.records import Customer, Invoice, InvoiceLine, InvoiceStatus, Tenant
from duro.kernel import Money

_SIGNS: Final = {"NGN": "₦", "GHS": "GH₵", "KES": "KSh ", "ZAR": "R", "USD": "$", "EUR": "€", "GBP": "£"}
_WORDS: Final = {
    InvoiceStatus.OPEN: "Open",
    InvoiceStatus.PAID: "Paid",
    InvoiceStatus.UNCOLLECTIBLE: "Overdue",
    InvoiceStatus.VOID: "Void",
}


@final
class InvoiceSheet:
    """An invoice as it is read on paper: every amount, date and word in the form it is printed in."""

    def __init__(self, invoice: Invoice, *, customer: Customer, merchant: Tenant, zone: str) -> None:
        self._invoice = invoice
        self._customer = customer
        self._merchant = merchant
        self._zone = zone

    def written(self) -> dict[str, object]:
        """Give everything that the template prints; dates are those of the zone."""
        return {
            "number": str(self._invoice.id),
            "status": _WORDS[self._invoice.status],
            "merchant": self._merchant.name,
            "customer": [part for part in (self._customer.name, self._customer.email) if part],
            "facts": list(self._facts()),
            "lines": [self._line(line) for line in self._invoice.lines],
            "sums": list(self._sums()),
        }

    def _facts(self) -> Iterator[tuple[str, str]]:
        invoice = self._invoice
        yield "Number", str(invoice.id)
        yield "Date", self._day(invoice.created_at)
        yield "Period", f"{self._day(invoice.period_start)} – {self._day(invoice.period_end)}"
        if invoice.paid_at is not None:
            yield "Paid on", self._day(invoice.paid_at)

    def _sums(self) -> Iterator[tuple[str, str]]:
        invoice = self._invoice
        yield "Subtotal", self._amount(invoice.subtotal)
        if not invoice.discount.is_zero:
            yield "Discount", self._amount(-invoice.discount)
        if not invoice.credit_applied.is_zero:
            yield "Credit", self._amount(-invoice.credit_applied)
        yield "Total", self._amount(invoice.total)
        if not invoice.amount_paid.is_zero:
            yield "Paid", self._amount(invoice.amount_paid)
        if not invoice.amount_refunded.is_zero:
            yield "Refunded", self._amount(invoice.amount_refunded)
        is_owed = invoice.status in {InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE}
        yield "To pay", self._amount(invoice.amount_remaining if is_owed else Money.zero(invoice.currency))

    def _line(self, line: InvoiceLine) -> tuple[str, str, str, str]:
        return line.description, f"{line.quantity:,}", self._amount(line.unit_amount), self._amount(line.amount)

    def _day(self, instant: Instant) -> str:
        return Zone(self._zone).local(instant).date().format_iso()

    @staticmethod
    def _amount(money: Money) -> str:
        code = money.currency.code
        written = str(Money(abs(money.amount), money.currency)).removeprefix(code).strip()
        sign = _SIGNS.get(code, f"{code} ")
        return f"{'-' if money.amount < 0 else ''}{sign}{written}"
