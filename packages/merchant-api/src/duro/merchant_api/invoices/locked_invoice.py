from dataclasses import dataclass
from typing import final

from duro.billing import PaymentInProgressError, Subscription
from duro.db.records import Invoice, InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, InvoiceId, NotFoundError
from duro.merchant_api.test_clocks import CustomerClocks


@final
@dataclass(frozen=True, slots=True)
class LockedInvoice:
    """An invoice and its subscription, locked in the order of all locks, and the clock that they live by."""

    subscription: Subscription
    invoice: Invoice
    clock: Clock

    @classmethod
    async def of(cls, repos: Repositories, invoice_id: InvoiceId, clocks: CustomerClocks) -> "LockedInvoice":
        """Raise NotFoundError, or ConflictError `test_clock_advancing`."""
        seen = await repos.invoices.get(invoice_id)
        subscription = None if seen is None else await repos.subscriptions.lock(seen.subscription_id)
        invoice = await repos.invoices.lock(invoice_id)
        if subscription is None or invoice is None:
            raise NotFoundError("invoice", invoice_id)
        return cls(subscription, invoice, await clocks.of(repos, subscription.test_clock_id))

    def require(self, *statuses: InvoiceStatus) -> None:
        """Raise ConflictError `invoice_not_open` unless the invoice is in one of these."""
        if self.invoice.status not in statuses:
            code = "invoice_not_open"
            raise ConflictError(code, f"The invoice {self.invoice.id} is {self.invoice.status}.")

    async def require_explained(self, repos: Repositories) -> None:
        """Raise PaymentInProgressError while nobody can say what became of a charge of the subscription."""
        if await repos.attempts.unexplained_of_subscription(self.subscription.id):
            raise PaymentInProgressError
