from dataclasses import dataclass
from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.dispute_rows import Dispute
from duro.db.pages import Page, PageRequest
from duro.db.records import AttemptStatus, PaymentAttempt
from duro.kernel import InvoiceId, NotFoundError, PaymentAttemptId, SubscriptionId, TenantId


@final
@dataclass(frozen=True, slots=True)
class FoundTransaction:
    """One try to collect an invoice, with what its payer disputes of it."""

    attempt: PaymentAttempt
    disputes: tuple[Dispute, ...]


@final
@dataclass(frozen=True, slots=True)
class FoundTransactions:
    """Some tries to collect invoices, with what payers dispute of them."""

    page: Page[PaymentAttempt]
    disputes: tuple[Dispute, ...]


@final
class GetTransaction:
    """Finds one try to collect an invoice."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, attempt_id: PaymentAttemptId) -> FoundTransaction:
        async with self._contexts.open(tenant_id) as repos:
            attempt = await repos.attempts.get(attempt_id)
            if attempt is None:
                raise NotFoundError("transaction", attempt_id)
            return FoundTransaction(attempt, await repos.disputes.of_charges([attempt]))


@final
class ListTransactions:
    """Lists tries to collect invoices, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        invoice_id: InvoiceId | None = None,
        subscription_id: SubscriptionId | None = None,
        status: AttemptStatus | None = None,
    ) -> FoundTransactions:
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.attempts.list(
                page, invoice_id=invoice_id, subscription_id=subscription_id, status=status
            )
            return FoundTransactions(found, await repos.disputes.of_charges(found.items))
