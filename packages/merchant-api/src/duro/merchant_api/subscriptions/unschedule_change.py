from typing import Final, final

from duro.billing import Amendment, PaymentInProgressError, Subscription
from duro.db.contexts import RepositoryContexts
from duro.db.records import InvoiceKind
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, IdFactory, NotFoundError, SubscriptionId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.subscriptions.change_log import ChangeLog
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class UnscheduleChange:
    """Takes back a change of plan that waits for the renewal. Taking back what isn't there changes nothing."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(
        self, tenant_id: TenantId, subscription_id: SubscriptionId, receipt: Receipt[Subscription] = _UNSIGNED
    ) -> Subscription:
        """Raise NotFoundError, or ConflictError: `illegal_transition`, `payment_in_progress`, `change_invoiced`."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            subscription = await repos.subscriptions.lock(subscription_id)
            if subscription is None:
                raise NotFoundError("subscription", subscription_id)
            await self._clocks.of(repos, subscription.test_clock_id)
            await self._require_waiting(repos, subscription)
            change = Amendment(subscription).scheduled(None)
            await ChangeLog.changed(repos, change)
            await receipt.sign(repos, change.subscription)
        return change.subscription

    @staticmethod
    async def _require_waiting(repos: Repositories, subscription: Subscription) -> None:
        """Refuse where an invoice was composed on the new terms: it brings them with it when it is paid or forgiven."""
        if await repos.attempts.unexplained_of_subscription(subscription.id):
            raise PaymentInProgressError
        scheduled = subscription.scheduled_change
        for invoice in await repos.invoices.lock_open(subscription.id):
            if invoice.kind is InvoiceKind.PERIOD and scheduled is not None and invoice.plan_change == scheduled:
                code = "change_invoiced"
                raise ConflictError(code, f"The invoice {invoice.id} asks for the next period on these terms already.")
