from typing import Final, final

from whenever import Instant

from duro.billing import (
    MissedPeriods,
    MissedPeriodsPlanner,
    SettlementPlanner,
    SkipMissed,
    Subscription,
    SubscriptionChange,
    SubscriptionStatus,
)
from duro.db.contexts import RepositoryContexts
from duro.db.records import InvoiceKind, InvoiceStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, IdFactory, InvoiceId, TenantId
from duro.merchant_api.billing.ended_subscriptions import EndedSubscriptions
from duro.merchant_api.billing.event_records import EventRecords
from duro.merchant_api.billing.invoice_case import InvoiceCase
from duro.merchant_api.billing.invoice_voiding import InvoiceVoiding
from duro.merchant_api.invoices.invoice_log import InvoiceLog
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.invoices.read_invoices import InvoiceWithAttempts
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class VoidInvoice:
    """Takes an unpaid invoice back: nothing is owed, its credit returns and its recovery ends.

    What a past due or unpaid subscription owed for a period is forgiven: the period passes unpaid and it renews again.
    A subscription whose first payment is forgiven so never begins.
    """

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, invoice_id: InvoiceId, receipt: Receipt[InvoiceWithAttempts] = _UNSIGNED
    ) -> InvoiceWithAttempts:
        """Raise NotFoundError, or ConflictError: `invoice_not_open`, `invoice_partly_paid`, `payment_in_progress`."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            locked = await LockedInvoice.of(repos, invoice_id, self._clocks)
            locked.require(InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
            await locked.require_explained(repos)
            if not locked.invoice.amount_paid.is_zero:
                raise ConflictError("invoice_partly_paid", "An invoice that money has come for can't be voided.")
            change = await self._voided(repos, locked)
            result = await InvoiceLog.written(repos, locked, change)
            if change.subscription.is_renewing and not locked.subscription.is_renewing:
                await self._catch_up(repos, change.subscription, now=locked.clock.now())
            await receipt.sign(repos, result)
        return result

    async def _voided(self, repos: Repositories, locked: LockedInvoice) -> SubscriptionChange:
        subscription, invoice, now = locked.subscription, locked.invoice, locked.clock.now()
        is_first = subscription.status is SubscriptionStatus.INCOMPLETE
        if invoice.kind is InvoiceKind.PERIOD and is_first:
            change = subscription.expire_incomplete(now)
            lines = [stored.line for stored in await repos.pending_lines.waiting([subscription.id])]
            ended = EndedSubscriptions(ids=self._ids, clock=locked.clock)
            return SubscriptionChange(await ended.close(repos, change.subscription, lines), change.events)
        if invoice.kind is InvoiceKind.PERIOD and not subscription.is_terminal:
            change = SettlementPlanner.forgive(subscription, invoice.period, invoice.plan_change)
        else:
            change = subscription.told()
        voiding = InvoiceVoiding(ids=self._ids, clock=locked.clock)
        credited = await voiding.void(repos, change.subscription, invoice)
        await InvoiceCase(self._ids).void(repos, invoice.id, now=now)
        return SubscriptionChange(credited, change.events)

    @staticmethod
    async def _catch_up(repos: Repositories, recovered: Subscription, *, now: Instant) -> None:
        """Leave out the periods that went by meanwhile, where the merchant wants that or it is usual."""
        chosen = (await repos.recovery_settings.get()).missed_periods
        policy = chosen or MissedPeriods.usual_for(recovered.terms.cadence)
        missed = MissedPeriodsPlanner.plan(recovered, policy, now)
        if not isinstance(missed, SkipMissed):
            return
        subscription = missed.change.subscription
        data = EventRecords.data(subscription) | {"skippedPeriods": missed.skipped_periods}
        await repos.subscriptions.update(subscription)
        await repos.events.append(subscription, missed.change.events, data)
