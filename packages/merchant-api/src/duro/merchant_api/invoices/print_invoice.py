from typing import final

from duro.db.contexts import RepositoryContexts
from duro.kernel import InvoiceId, NotFoundError, TenantId
from duro.merchant_api.documents import InvoicePrinter, InvoiceSheet


@final
class PrintInvoice:
    """Prints one invoice as it stands now, for the one who has to pay it, or to keep."""

    def __init__(self, contexts: RepositoryContexts, printer: InvoicePrinter) -> None:
        self._contexts = contexts
        self._printer = printer

    async def execute(self, tenant_id: TenantId, invoice_id: InvoiceId) -> bytes:
        """Give a PDF; its dates are those of the subscription's zone."""
        async with self._contexts.open(tenant_id) as repos:
            invoice = await repos.invoices.get(invoice_id)
            subscription = None if invoice is None else await repos.subscriptions.get(invoice.subscription_id)
            customer = None if invoice is None else await repos.customers.get(invoice.customer_id)
            merchant = await repos.tenants.get()
        if invoice is None or subscription is None or customer is None:
            raise NotFoundError("invoice", invoice_id)
        return self._printer.printed(
            InvoiceSheet(invoice, customer=customer, merchant=merchant, zone=subscription.zone)
        )
