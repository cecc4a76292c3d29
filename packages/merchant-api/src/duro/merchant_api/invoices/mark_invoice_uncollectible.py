from typing import Final, final

from duro.billing import SubscriptionChange
from duro.db.contexts import RepositoryContexts
from duro.db.records import InvoiceKind, InvoiceStatus
from duro.kernel import Clock, IdFactory, InvoiceId, TenantId
from duro.merchant_api.billing.invoice_case import InvoiceCase
from duro.merchant_api.billing.invoice_write_off import InvoiceWriteOff
from duro.merchant_api.invoices.invoice_log import InvoiceLog
from duro.merchant_api.invoices.locked_invoice import LockedInvoice
from duro.merchant_api.invoices.read_invoices import InvoiceWithAttempts
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class MarkInvoiceUncollectible:
    """Gives up on an open invoice: it is bad debt, its credit returns, and a past due subscription is unpaid."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, invoice_id: InvoiceId, receipt: Receipt[InvoiceWithAttempts] = _UNSIGNED
    ) -> InvoiceWithAttempts:
        """Raise NotFoundError, or ConflictError: `invoice_not_open`, `payment_in_progress`, `illegal_transition`.

        The last is for a subscription that waits for its first payment: that invoice is paid, or voided.
        """
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            locked = await LockedInvoice.of(repos, invoice_id, self._clocks)
            locked.require(InvoiceStatus.OPEN)
            await locked.require_explained(repos)
            change = self._given_up(locked)
            write_off = InvoiceWriteOff(ids=self._ids, clock=locked.clock)
            credited = await write_off.write_off(repos, change.subscription, locked.invoice)
            await InvoiceCase(self._ids).give_up(repos, invoice_id, now=locked.clock.now())
            result = await InvoiceLog.written(repos, locked, SubscriptionChange(credited, change.events))
            await receipt.sign(repos, result)
        return result

    @staticmethod
    def _given_up(locked: LockedInvoice) -> SubscriptionChange:
        subscription = locked.subscription
        if locked.invoice.kind is not InvoiceKind.PERIOD or subscription.is_terminal:
            return subscription.told()
        return subscription.dunning_exhausted()
