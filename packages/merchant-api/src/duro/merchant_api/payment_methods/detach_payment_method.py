from contextlib import suppress
from dataclasses import replace
from typing import Final, final

from whenever import Instant

from duro.db.contexts import RepositoryContexts
from duro.db.mandate_rows import PaymentMethodStatus
from duro.db.records import PaymentMethod
from duro.kernel import Clock, ConflictError, IdFactory, NotFoundError, PaymentMethodId, TenantId
from duro.merchant_api.payment_methods.mandate_service import MandateService
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.test_clocks.customer_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class DetachPaymentMethod:
    """Removes a saved way to pay; nothing is charged to it again. Removing twice changes nothing.

    A mandate is ended at its provider after that is committed; where that fails it is done later.
    """

    def __init__(self, contexts: RepositoryContexts, mandates: MandateService, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._mandates = mandates
        self._ids = ids
        self._clock = clock
        self._clocks = CustomerClocks(clock)

    async def execute(
        self,
        tenant_id: TenantId,
        method_id: PaymentMethodId,
        receipt: Receipt[PaymentMethod] = _UNSIGNED,
    ) -> PaymentMethod:
        """Raise ConflictError `payment_in_progress` while a charge to it has no known end.

        A claim holds the method it will charge until it is committed, so that one of the two sees the other. Recovery
        cases that were going to try it are decided about anew; as by a claim, their subscriptions are locked before it.
        """
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            bereft = await repos.dunning.lock_paid_with(method_id)
            method = await repos.payment_methods.lock(method_id)
            if method is None:
                raise NotFoundError("payment method", method_id)
            customer = await repos.customers.get(method.customer_id)
            clock = await self._clocks.of(repos, None if customer is None else customer.test_clock_id)
            if method.detached_at is None:
                if await repos.attempts.are_pending_with(method.id):
                    code = "payment_in_progress"
                    raise ConflictError(code, "A charge to this payment method is in progress.")
                method = self._removed(method, clock.now())
                await repos.payment_methods.update(method)
                for subscription_id in bereft:
                    await repos.dunning.wake(subscription_id, now=clock.now())
            await receipt.sign(repos, method)
        if method.mandate is not None:
            with suppress(ConflictError):
                await self._mandates.refresh(tenant_id, method.id)
        return method

    def _removed(self, method: PaymentMethod, now: Instant) -> PaymentMethod:
        if method.mandate is None:
            return replace(method, detached_at=now)
        is_live = method.status in {PaymentMethodStatus.PENDING, PaymentMethodStatus.ACTIVE}
        status = PaymentMethodStatus.REVOKED if is_live else method.status
        mandate = replace(method.mandate, activation=None, look_at=self._clock.now() if is_live else None)
        return replace(method, detached_at=now, status=status, mandate=mandate)
