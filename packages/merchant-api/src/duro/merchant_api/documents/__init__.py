"""What is printed for people: invoices as PDF."""

from duro.merchant_api.documents.invoice_printer import InvoicePrinter
from duro.merchant_api.documents.invoice_sheet import InvoiceSheet

__all__ = ["InvoicePrinter", "InvoiceSheet"]
