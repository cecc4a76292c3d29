from dataclasses import dataclass
from typing import Final, assert_never, final

from whenever import Instant

from duro.billing import (
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    ChangeScheduled,
    Subscription,
)
from duro.db.contexts import RepositoryContexts
from duro.db.records import Invoice
from duro.db.repositories import Repositories
from duro.kernel import Clock, IdFactory, InvoiceId, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.billing.charge_order import ChargeOrder
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_invoices import ChangeInvoices
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.subscriptions.plan_change_command import ChangePlanCommand
from duro.merchant_api.subscriptions.planned_change import ChangePlanning, PlannedChange
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()
_GATEWAY_SECONDS: Final = 10.0


@final
@dataclass(frozen=True, slots=True)
class ChangedSubscription:
    """A subscription after a change of plan was asked for, and the invoice that was written for it at once."""

    subscription: Subscription
    invoice: Invoice | None


@final
class ChangePlan:
    """Puts a subscription on another plan, or on another quantity of it: now, once it is paid, or at its renewal.

    Executed again under the same receipt it finds the invoice it had written and makes no other.
    """

    def __init__(
        self,
        contexts: RepositoryContexts,
        collection: Collection,
        gateways: GatewayRegistry,
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
        self._planning = ChangePlanning(gateways)

    async def execute(
        self,
        tenant_id: TenantId,
        command: ChangePlanCommand,
        receipt: Receipt[ChangedSubscription] = _UNSIGNED,
    ) -> ChangedSubscription:
        """Raise NotFoundError, InvalidInputError, or ConflictError; a decline is no error, the invoice tells of it.

        The conflicts are `payment_in_progress`, `renewal_due`, `illegal_transition`, `plan_archived`,
        `currency_mismatch`, and `payment_method_required` where the change applies only once it is paid.
        """
        await self._guard.check()
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            invoice_id = ids.new(InvoiceId)
            subscription = await repos.subscriptions.lock(command.subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", command.subscription_id)
            clock = await self._clocks.of(repos, subscription.test_clock_id)
            collection = self._collection.on(clock)
            order = None
            if await repos.invoices.get(invoice_id) is None:
                planned = await self._planning.plan(repos, subscription, command, now=clock.now())
                invoices = ChangeInvoices(collection, invoice_id, ids=self._ids, clock=clock)
                order = await self._written(repos, planned, invoices, now=clock.now())
            if order is None:
                result = await self._result(repos, command.subscription_id, invoice_id)
                await receipt.sign(repos, result)
                return result
        await collection.finish(tenant_id, order, gateway_seconds=_GATEWAY_SECONDS)
        async with self._contexts.open(tenant_id) as repos:
            result = await self._result(repos, command.subscription_id, invoice_id)
            await receipt.sign(repos, result)
        return result

    @staticmethod
    async def _written(
        repos: Repositories, planned: PlannedChange, invoices: ChangeInvoices, *, now: Instant
    ) -> ChargeOrder | None:
        match planned.plan:
            case ChangeScheduled(change):
                await ChangeLog.changed(repos, change)
                return None
            case ChangeApplied(change, _, lines):
                await ChangeLog.changed(repos, change)
                await repos.pending_lines.add(change.subscription.id, lines, now=now)
                return None
            case ChangeInvoiced() | ChangeOnPayment():
                return await invoices.written(repos, planned.plan)
            case _:
                assert_never(planned.plan)

    @staticmethod
    async def _result(
        repos: Repositories, subscription_id: SubscriptionId, invoice_id: InvoiceId
    ) -> ChangedSubscription:
        subscription = await repos.subscriptions.get(subscription_id)
        if subscription is None:
            raise NotFoundError("subscription", subscription_id)
        return ChangedSubscription(subscription, await repos.invoices.get(invoice_id))
