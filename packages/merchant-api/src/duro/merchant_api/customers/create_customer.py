from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.records import Customer
from duro.kernel import Clock, CustomerId, IdFactory, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCustomerCommand:
    """Who a new customer is; `ref` is the merchant's own key for them."""

    email: str
    ref: str | None = None
    name: str | None = None
    phone: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


@final
class CreateCustomer:
    """Takes a new customer into a merchant's book."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self,
        tenant_id: TenantId,
        command: CreateCustomerCommand,
        receipt: Receipt[Customer] = _UNSIGNED,
    ) -> Customer:
        """Raise ConflictError `customer_ref_taken` when another customer has the reference."""
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            now = self._clock.now()
            customer = Customer(
                id=ids.new(CustomerId),
                ref=command.ref,
                email=command.email,
                name=command.name,
                phone=command.phone,
                metadata=command.metadata,
                created_at=now,
                updated_at=now,
            )
            await repos.customers.insert(customer)
            await receipt.sign(repos, customer)
        return customer
