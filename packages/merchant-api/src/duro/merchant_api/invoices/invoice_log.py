from typing import final

from duro.billing import SubscriptionChange
from duro.db.repositories import Repositories
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.invoices.read_invoices import InvoiceWithAttempts


@final
class InvoiceLog:
    """Writes down what a decision about an invoice made of its subscription, with the events that tell of it."""

    @staticmethod
    async def written(repos: Repositories, locked: LockedInvoice, change: SubscriptionChange) -> InvoiceWithAttempts:
        """Store the change, and give the invoice as it is now."""
        await repos.subscriptions.update(change.subscription)
        invoice = await repos.invoices.get(locked.invoice.id) or locked.invoice
        data = EventRecords.data(change.subscription, invoice)
        await repos.events.append(change.subscription, change.events, data)
        return await InvoiceWithAttempts.of(repos, invoice)
