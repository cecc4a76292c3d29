from dataclasses import replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.pages import PageRequest
from duro.db.records import PaymentMethod
from duro.db.repositories import Repositories
from duro.kernel import Clock, ConflictError, IdFactory, NotFoundError, PaymentMethodId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()
_BATCH: Final = 100


@final
class DetachPaymentMethod:
    """Removes a saved way to pay; nothing is charged to it again. Removing twice changes nothing."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock

    async def execute(
        self,
        tenant_id: TenantId,
        method_id: PaymentMethodId,
        receipt: Receipt[PaymentMethod] = _UNSIGNED,
    ) -> PaymentMethod:
        """Raise ConflictError `payment_in_progress` while a charge to it has no known end."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            method = await repos.payment_methods.get(method_id)
            if method is None:
                raise NotFoundError("payment method", method_id)
            if method.detached_at is None:
                await self._require_idle(repos, method)
                method = replace(method, detached_at=self._clock.now())
                await repos.payment_methods.update(method)
            await receipt.sign(repos, method)
        return method

    @staticmethod
    async def _require_idle(repos: Repositories, method: PaymentMethod) -> None:
        """Lock the customer's subscriptions, so that no claim can begin, and look for a charge in flight."""
        cursor: str | None = None
        while True:
            page = await repos.subscriptions.list(PageRequest(_BATCH, cursor), customer_id=method.customer_id)
            for subscription in sorted(page.items, key=lambda item: item.id):
                await repos.subscriptions.lock(subscription.id)
                pending = await repos.attempts.pending_of_subscription(subscription.id)
                if any(attempt.payment_method_id == method.id for attempt in pending):
                    code = "payment_in_progress"
                    raise ConflictError(code, "A charge to this payment method is in progress.")
            cursor = page.next_cursor
            if cursor is None:
                return
