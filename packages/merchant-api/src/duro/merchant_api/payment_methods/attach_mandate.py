from dataclasses import dataclass, field
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.mandate_rows import Mandate, PaymentMethodStatus
from duro.db.records import Customer, PaymentMethod
from duro.db.repositories import Repositories
from duro.kernel import (
    Clock,
    CustomerId,
    DomainError,
    ErrorKind,
    IdFactory,
    Money,
    NotFoundError,
    PaymentMethodId,
    TenantId,
)
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.payment_methods.mandate_settlement import MandateSettlement
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks
from duro.payments import MandateOrder, Refused

_UNSIGNED: Final = NoReceipt()
_BRAND: Final = "nibss"


@final
class MandateRefusedError(DomainError):
    """The provider will not ask the payer to approve debits of this account."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(
            "mandate_refused", ErrorKind.REFUSED, f"The mandate was refused: {refusal.message} ({refusal.code})"
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AttachMandateCommand:
    """Whose bank account is to be debited, which one it is, and up to how much at a time."""

    customer_id: CustomerId
    account_number: str = field(repr=False)
    bank_code: str
    ceiling: Money


@final
class AttachMandate:
    """Has a customer approve debits of their bank account; its number is given to the provider and never stored.

    The method is written as pending before the provider hears of it, and its id is the mandate's reference there: one
    whose answer is lost stays pending and is looked up later. Executed again under the same receipt it orders the same
    mandate, of which there is never a second.
    """

    def __init__(self, contexts: RepositoryContexts, gateways: GatewayRegistry, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._ids = ids
        self._clock = clock
        self._clocks = CustomerClocks(clock)
        self._settlement = MandateSettlement(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: AttachMandateCommand,
        receipt: Receipt[PaymentMethod] = _UNSIGNED,
    ) -> PaymentMethod:
        """Raise NotFoundError, MandateRefusedError, UnknownGatewayError, or ConflictError `test_clock_advancing`.

        An answer that isn't known yet is no error: the mandate is pending.
        """
        gateway = self._gateways.mandates(self._gateways.default.name)
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            customer = await repos.customers.get(command.customer_id)
            if customer is None:
                raise NotFoundError("customer", command.customer_id)
            method = await self._claimed(repos, customer, command, ids.new(PaymentMethodId), provider=gateway.name)
        if not method.token:
            answer = await gateway.create(self._order(method, customer, command))
            async with self._contexts.open(tenant_id) as repos:
                method = await self._settlement.settle(repos, method.id, answer) or method
            if isinstance(answer, Refused):
                raise MandateRefusedError(answer)
        async with self._contexts.open(tenant_id) as repos:
            await receipt.sign(repos, method)
        return method

    async def _claimed(
        self,
        repos: Repositories,
        customer: Customer,
        command: AttachMandateCommand,
        method_id: PaymentMethodId,
        *,
        provider: str,
    ) -> PaymentMethod:
        """Write the method down as pending, or find it, if that was done before."""
        found = await repos.payment_methods.get(method_id)
        if found is not None:
            return found
        clock = await self._clocks.of(repos, customer.test_clock_id)
        look_at = self._clock.now() + MandateSettlement.FIRST_LOOK
        method = PaymentMethod(
            id=method_id,
            customer_id=customer.id,
            provider=provider,
            token="",
            brand=_BRAND,
            last4=command.account_number[-4:],
            exp_month=None,
            exp_year=None,
            detached_at=None,
            created_at=clock.now(),
            status=PaymentMethodStatus.PENDING,
            mandate=Mandate(bank_code=command.bank_code, ceiling=command.ceiling, look_at=look_at),
        )
        await repos.payment_methods.insert(method)
        return method

    @staticmethod
    def _order(method: PaymentMethod, customer: Customer, command: AttachMandateCommand) -> MandateOrder:
        return MandateOrder(
            reference=method.reference,
            customer_name=customer.name or customer.email,
            customer_email=customer.email,
            account_number=command.account_number,
            bank_code=command.bank_code,
            ceiling=command.ceiling,
        )
