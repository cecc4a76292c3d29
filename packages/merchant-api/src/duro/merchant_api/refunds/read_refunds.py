from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.db.records import Refund, RefundStatus
from duro.kernel import InvoiceId, NotFoundError, RefundId, TenantId


@final
class GetRefund:
    """Finds one refund."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, refund_id: RefundId) -> Refund:
        async with self._contexts.open(tenant_id) as repos:
            refund = await repos.refunds.get(refund_id)
        if refund is None:
            raise NotFoundError("refund", refund_id)
        return refund


@final
class ListRefunds:
    """Lists refunds, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        invoice_id: InvoiceId | None = None,
        status: RefundStatus | None = None,
    ) -> Page[Refund]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.refunds.list(page, invoice_id=invoice_id, status=status)
