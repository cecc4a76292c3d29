"""What customers owe, and what is done to collect it or let it go."""

from duro.merchant_api.invoices.mark_invoice_uncollectible import MarkInvoiceUncollectible
from duro.merchant_api.invoices.pay_invoice import PayInvoice, PayInvoiceCommand
from duro.merchant_api.invoices.print_invoice import PrintInvoice
from duro.merchant_api.invoices.read_invoices import GetInvoice, InvoiceWithAttempts, ListInvoices
from duro.merchant_api.invoices.void_invoice import VoidInvoice

__all__ = [
    "GetInvoice",
    "InvoiceWithAttempts",
    "ListInvoices",
    "MarkInvoiceUncollectible",
    "PayInvoice",
    "PayInvoiceCommand",
    "PrintInvoice",
    "VoidInvoice",
]
