from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.db.records import Customer
from duro.kernel import CustomerId, NotFoundError, TenantId, TestClockId


@final
class GetCustomer:
    """Finds one customer by our id."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, customer_id: CustomerId) -> Customer:
        async with self._contexts.open(tenant_id) as repos:
            customer = await repos.customers.get(customer_id)
        if customer is None:
            raise NotFoundError("customer", customer_id)
        return customer


@final
class GetCustomerByRef:
    """Finds one customer by the merchant's own reference."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, ref: str) -> Customer:
        async with self._contexts.open(tenant_id) as repos:
            found = await repos.customers.list(PageRequest(limit=1), ref=ref)
        if not found.items:
            raise NotFoundError("customer", ref)
        return found.items[0]


@final
class ListCustomers:
    """Lists customers, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        email: str | None = None,
        test_clock_id: TestClockId | None = None,
    ) -> Page[Customer]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.customers.list(page, email=email, test_clock_id=test_clock_id)
