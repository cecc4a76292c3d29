from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.records import Customer
from duro.kernel import Clock, CustomerId, IdFactory, NotFoundError, TenantId
from duro.merchant_api.given import KEPT, MaybeGiven
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCustomerCommand:
    """What changes about a customer; what is not given stays."""

    customer_id: CustomerId
    ref: MaybeGiven[str | None] = KEPT
    email: MaybeGiven[str] = KEPT
    name: MaybeGiven[str | None] = KEPT
    phone: MaybeGiven[str | None] = KEPT
    has_whatsapp_consent: MaybeGiven[bool] = KEPT
    metadata: MaybeGiven[Mapping[str, str]] = KEPT


@final
class UpdateCustomer:
    """Changes who a customer is."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: UpdateCustomerCommand,
        receipt: Receipt[Customer] = _UNSIGNED,
    ) -> Customer:
        """Raise ConflictError `customer_ref_taken` when another customer has the reference."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            customer = await repos.customers.lock(command.customer_id)
            if customer is None:
                raise NotFoundError("customer", command.customer_id)
            clock = await self._clocks.of(repos, customer.test_clock_id)
            changed = replace(
                customer,
                ref=command.ref.over(customer.ref),
                email=command.email.over(customer.email),
                name=command.name.over(customer.name),
                phone=command.phone.over(customer.phone),
                has_whatsapp_consent=command.has_whatsapp_consent.over(customer.has_whatsapp_consent),
                metadata=command.metadata.over(customer.metadata),
                updated_at=clock.now(),
            )
            await repos.customers.update(changed)
            await receipt.sign(repos, changed)
        return changed
