from dataclasses import dataclass
from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.dispute_rows import Dispute
from duro.db.pages import Page, PageRequest
from duro.db.records import Invoice, InvoiceStatus, PaymentAttempt
from duro.db.repositories import Repositories
from duro.kernel import CustomerId, InvoiceId, NotFoundError, SubscriptionId, TenantId


@final
@dataclass(frozen=True, slots=True)
class InvoiceWithAttempts:
    """An invoice, and every try to collect it, oldest first, with what payers dispute of them."""

    invoice: Invoice
    attempts: tuple[PaymentAttempt, ...]
    disputes: tuple[Dispute, ...]

    @classmethod
    async def of(cls, repos: Repositories, invoice: Invoice) -> "InvoiceWithAttempts":
        attempts = await repos.attempts.of_invoice(invoice.id)
        return cls(invoice, attempts, await repos.disputes.of_charges(attempts))


@final
class GetInvoice:
    """Finds one invoice with its lines and its attempts."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, invoice_id: InvoiceId) -> InvoiceWithAttempts:
        async with self._contexts.open(tenant_id) as repos:
            invoice = await repos.invoices.get(invoice_id)
            if invoice is None:
                raise NotFoundError("invoice", invoice_id)
            return await InvoiceWithAttempts.of(repos, invoice)


@final
class ListInvoices:
    """Lists invoices with their lines, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        subscription_id: SubscriptionId | None = None,
        customer_id: CustomerId | None = None,
        status: InvoiceStatus | None = None,
    ) -> Page[Invoice]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.invoices.list(
                page, subscription_id=subscription_id, customer_id=customer_id, status=status
            )
