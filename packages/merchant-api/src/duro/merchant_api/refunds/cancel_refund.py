from dataclasses import replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.ledger import Postings
from duro.db.records import Refund, RefundStatus
from duro.kernel import Clock, IdFactory, RefundId, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt
from duro.merchant_api.refunds.locked_refund import LockedRefund
from duro.merchant_api.test_clocks import CustomerClocks

_UNSIGNED: Final = NoReceipt()


@final
class CancelRefund:
    """Gives up on a refund that the provider refused: it failed, and what it had reserved is free again."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clocks = CustomerClocks(clock)

    async def execute(self, tenant_id: TenantId, refund_id: RefundId, receipt: Receipt[Refund] = _UNSIGNED) -> Refund:
        """Raise NotFoundError, or ConflictError `refund_not_refused`."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            locked = await LockedRefund.of(repos, refund_id, self._clocks)
            locked.require_refused()
            failed = replace(locked.refund, status=RefundStatus.FAILED, settled_at=locked.clock.now())
            await repos.refunds.update(failed)
            await repos.ledger.post(Postings(ids=self._ids, clock=locked.clock).refund_failed(failed))
            await receipt.sign(repos, failed)
        return failed
