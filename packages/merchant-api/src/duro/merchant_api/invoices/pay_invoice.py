from dataclasses import dataclass, replace
from typing import Final, final

from duro.billing import Subscription
from duro.db.contexts import RepositoryContexts
from duro.db.records import InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import (
    Clock,
    ConflictError,
    IdFactory,
    InvoiceId,
    NotFoundError,
    PaymentAttemptId,
    PaymentMethodId,
    TenantId,
)
from duro.merchant_api.billing.asked_charge import AskedCharge
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.invoices.read_invoices import InvoiceWithAttempts
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()
_BY_MERCHANT: Final = AskedCharge()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayInvoiceCommand:
    """Which invoice is to be collected, and from what if not from the subscription's own payment method."""

    invoice_id: InvoiceId
    payment_method_id: PaymentMethodId | None = None
    asked: AskedCharge = _BY_MERCHANT


@final
class PayInvoice:
    """Tries once more, now, to collect what remains of an invoice that is open or was given up on.

    Executed again under the same receipt it finds the attempt it had written and makes no other.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        collection: Collection,
        guard: ChecksClock,
        *,
        ids: IdFactory,
        clock: Clock,
    ) -> None:
        self._contexts = contexts
        self._collection = collection
        self._guard = guard
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        command: PayInvoiceCommand,
        receipt: Receipt[InvoiceWithAttempts] = _UNSIGNED,
    ) -> InvoiceWithAttempts:
        """Raise NotFoundError, or ConflictError; a decline is no error, nor is an answer that isn't known yet.

        The conflicts are `invoice_not_open`, `payment_in_progress`, `subscription_ended`, `payment_method_detached`,
        `card_budget_spent` and `payment_method_required`, and `payment_method_changed` or `already_tried` where it
        isn't what a payer was shown.
        """
        await self._guard.check()
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            attempt_id = ids.new(PaymentAttemptId)
            locked = await LockedInvoice.of(repos, command.invoice_id, self._clocks)
            collection = self._collection.on(locked.clock)
            is_known = await repos.attempts.get(attempt_id) is not None
            order = None if is_known else await self._claimed(repos, locked, command, collection, attempt_id)
        if order is not None:
            asked = command.asked
            await collection.finish(tenant_id, asked.sent(order), gateway_seconds=asked.GATEWAY_SECONDS)
        async with self._contexts.open(tenant_id) as repos:
            invoice = await repos.invoices.get(command.invoice_id) or locked.invoice
            result = await InvoiceWithAttempts.of(repos, invoice)
            await receipt.sign(repos, result)
        return result

    async def _claimed(
        self,
        repos: Repositories,
        locked: LockedInvoice,
        command: PayInvoiceCommand,
        collection: Collection,
        attempt_id: PaymentAttemptId,
    ) -> ChargeOrder:
        locked.require(InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        if locked.subscription.is_terminal:
            raise ConflictError("subscription_ended", "What a subscription that has ended owes can't be collected.")
        payer = await self._payer(repos, locked.subscription, command.payment_method_id)
        await command.asked.require(repos, payer, locked.invoice)
        order = await collection.claim(
            repos,
            payer,
            locked.invoice,
            reason=command.asked.reason,
            initiator=command.asked.initiator,
            attempt_id=attempt_id,
        )
        if order is None:
            code = "payment_method_required"
            raise ConflictError(code, "The subscription has no payment method that can be charged. Name one.")
        return order

    @staticmethod
    async def _payer(
        repos: Repositories, subscription: Subscription, method_id: PaymentMethodId | None
    ) -> Subscription:
        if method_id is None:
            return subscription
        method = await repos.payment_methods.get(method_id)
        if method is None or method.customer_id != subscription.customer_id:
            raise NotFoundError("payment method", method_id)
        if method.detached_at is not None:
            code = "payment_method_detached"
            raise ConflictError(code, f"The payment method {method_id} was removed.")
        return replace(subscription, payment_method_id=method_id)
