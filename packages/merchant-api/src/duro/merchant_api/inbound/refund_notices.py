from typing import assert_never, final

from duro.db import RepositoryContexts
from duro.db.records import Refund, RefundStatus
from duro.kernel import Clock, NotFoundError, RefundId, TenantId
from duro.merchant_api.billing.refund_service import RefundService
from duro.merchant_api.inbound.doubt import Doubt
from duro.merchant_api.inbound.told_attempt import ToldAttempt
from duro.payments import Refunded, RefundFailed, RefundRefused, RefundSucceeded


@final
class RefundNotices:
    """Settles refunds by what their provider tells, whoever holds them: of two that settle one, the first does."""

    def __init__(self, contexts: RepositoryContexts, refunds: RefundService, *, clock: Clock) -> None:
        self._contexts = contexts
        self._refunds = refunds
        self._clock = clock

    async def tell(
        self, tenant_id: TenantId, refund_id: RefundId, notice: RefundSucceeded | RefundFailed
    ) -> Doubt | None:
        """Say why a person has to look at it; None where it was dealt with."""
        refund = await self._read(tenant_id, refund_id)
        told = await ToldAttempt.read(self._contexts, tenant_id, refund.attempt_id, clock=self._clock)
        match notice:
            case RefundSucceeded():
                result, expected = Refunded(notice.reference, notice.amount), {RefundStatus.SUCCEEDED}
            case RefundFailed():
                result = RefundRefused(notice.code, notice.message)
                expected = {RefundStatus.NEEDS_ATTENTION, RefundStatus.FAILED}
            case _:
                assert_never(notice)
        await self._refunds.on(told.clock).settle(tenant_id, refund_id, result)
        settled = await self._read(tenant_id, refund_id)
        if settled.status in expected:
            return None
        return Doubt.contradiction(f"The refund {refund_id} is {settled.status.value}.")

    async def _read(self, tenant_id: TenantId, refund_id: RefundId) -> Refund:
        async with self._contexts.open(tenant_id) as repos:
            refund = await repos.refunds.get(refund_id)
        if refund is None:
            raise NotFoundError("refund", refund_id)
        return refund
