from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.db.records import PaymentMethod
from duro.kernel import CustomerId, NotFoundError, PaymentMethodId, TenantId


@final
class GetPaymentMethod:
    """Finds one saved way to pay."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, method_id: PaymentMethodId) -> PaymentMethod:
        async with self._contexts.open(tenant_id) as repos:
            method = await repos.payment_methods.get(method_id)
        if method is None:
            raise NotFoundError("payment method", method_id)
        return method


@final
class ListPaymentMethods:
    """Lists the ways to pay that a customer has saved and not removed, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, customer_id: CustomerId, page: PageRequest) -> Page[PaymentMethod]:
        async with self._contexts.open(tenant_id) as repos:
            if await repos.customers.get(customer_id) is None:
                raise NotFoundError("customer", customer_id)
            return await repos.payment_methods.list(page, customer_id=customer_id, is_detached=False)
