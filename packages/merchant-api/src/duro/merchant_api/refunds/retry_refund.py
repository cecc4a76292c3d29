from dataclasses import replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.ledger import Postings
from duro.db.records import Refund, RefundStatus
from duro.db.repositories import Repositories
from duro.kernel import Clock, IdFactory, RefundId, TenantId
from duro.merchant_api.billing.checks_clock import ChecksClock
from duro.merchant_api.billing.refund_service import RefundService
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.refunds.locked_refund import LockedRefund
from duro.merchant_api.refunds.refund_book import RefundBook
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class RetryRefund:
    """Asks again for a refund that the provider refused: that one failed, and a new one takes its place.

    A provider answers a reference for ever with its first decision, so the new refund has a reference of its own.
    """

    def __init__(
        self, contexts: RepositoryContexts, refunds: RefundService, guard: ChecksClock, *, ids: IdFactory, clock: Clock
    ) -> None:
        self._contexts = contexts
        self._book = RefundBook(contexts, refunds, ids=ids)
        self._guard = guard
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(self, tenant_id: TenantId, refund_id: RefundId, receipt: Receipt[Refund] = _UNSIGNED) -> Refund:
        """Give the new refund. Raise NotFoundError, or ConflictError `refund_not_refused` or `charge_disputed`."""
        await self._guard.check()
        async with self._contexts.open(tenant_id) as repos:
            ids = await receipt.claim(repos, self._ids)
            next_id = ids.new(RefundId)
            locked = await LockedRefund.of(repos, refund_id, self._clocks)
            if await repos.refunds.get(next_id) is None:
                await self._replace(repos, locked, next_id)
        return await self._book.sent(tenant_id, next_id, locked.clock, receipt)

    async def _replace(self, repos: Repositories, locked: LockedRefund, next_id: RefundId) -> None:
        locked.require_refused()
        refund = replace(locked.refund, status=RefundStatus.FAILED, settled_at=locked.clock.now())
        await repos.refunds.update(refund)
        await repos.ledger.post(Postings(ids=self._ids, clock=locked.clock).refund_failed(refund))
        await self._book.claim(
            repos, locked.attempt, amount=refund.amount, reason=refund.reason, id=next_id, clock=locked.clock
        )
