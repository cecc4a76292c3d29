from typing import assert_never, final

from duro.db.due_rounds import DueKind, DueRound
from duro.kernel import Clock, PaymentAttemptId, RefundId, SubscriptionId, TenantId
from duro.merchant_api.billing import BillingService, IncompleteService, PendingService, RefundService


@final
class DueWork:
    """Does what falls due on a test clock, with the services that do it in real time.

    What new kind of thing can fall due is added to DueKind, to the statement that finds what is due, and here.
    """

    def __init__(
        self, *, billing: BillingService, pending: PendingService, refunds: RefundService, starts: IncompleteService
    ) -> None:
        self._billing = billing
        self._pending = pending
        self._refunds = refunds
        self._starts = starts

    async def perform(self, tenant_id: TenantId, due: DueRound, clock: Clock) -> None:
        """Do one after the other, in the order given; renewals of one instant share a claim and a settlement."""
        match due.kind:
            case DueKind.PENDING_ATTEMPT:
                pending = self._pending.on(clock)
                for one in due.ids:
                    await pending.resolve(tenant_id, PaymentAttemptId(one))
            case DueKind.PENDING_REFUND:
                refunds = self._refunds.on(clock)
                for one in due.ids:
                    await refunds.process(tenant_id, RefundId(one))
            case DueKind.START:
                starts = self._starts.on(clock)
                for one in due.ids:
                    await starts.drive(tenant_id, SubscriptionId(one))
            case DueKind.RENEWAL:
                await self._billing.on(clock).renew_many(tenant_id, [SubscriptionId(one) for one in due.ids])
            case _:
                assert_never(due.kind)
