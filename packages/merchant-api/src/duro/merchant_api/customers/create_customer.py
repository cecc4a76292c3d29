from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.records import Customer
from duro.kernel import Clock, CustomerId, IdFactory, TenantId, TestClockId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCustomerCommand:
    """Who a new customer is; `ref` is the merchant's own key for them, and a test clock the time they live by."""

    email: str
    ref: str | None = None
    name: str | None = None
    phone: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    test_clock_id: TestClockId | None = None
    has_whatsapp_consent: bool = False


@final
class CreateCustomer:
    """Takes a new customer into a merchant's book."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: CreateCustomerCommand,
        receipt: Receipt[Customer] = _UNSIGNED,
    ) -> Customer:
        """Raise ConflictError `customer_ref_taken` when another customer has the reference.

        Raise NotFoundError for a test clock that isn't there: live mode has none.
        """
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            clock = await self._clocks.of(repos, command.test_clock_id)
            now = clock.now()
            customer = Customer(
                id=ids.new(CustomerId),
                ref=command.ref,
                email=command.email,
                name=command.name,
                phone=command.phone,
                metadata=command.metadata,
                created_at=now,
                updated_at=now,
                test_clock_id=command.test_clock_id,
                has_whatsapp_consent=command.has_whatsapp_consent,
            )
            await repos.customers.insert(customer)
            await receipt.sign(repos, customer)
        return customer
