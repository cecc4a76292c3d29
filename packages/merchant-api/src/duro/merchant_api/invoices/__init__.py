"""What customers owe, and what was tried to collect it."""

from duro.merchant_api.invoices.read_invoices import GetInvoice, InvoiceWithAttempts, ListInvoices

__all__ = ["GetInvoice", "InvoiceWithAttempts", "ListInvoices"]
