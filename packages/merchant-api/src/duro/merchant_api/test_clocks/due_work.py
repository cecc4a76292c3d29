from typing import Protocol, TypeVar, assert_never, final

import structlog

from duro.db.due_rounds import DueKind, DueRound
from duro.kernel import (
    Clock,
    DomainError,
    DunningScheduleId,
    EntityId,
    PaymentAttemptId,
    PaymentRequestId,
    RefundId,
    SubscriptionId,
    TenantId,
)
from duro.merchant_api.billing import BillingService, IncompleteService, PendingService, RefundService

Subject_contra = TypeVar("Subject_contra", bound=EntityId, contravariant=True)


class WorksOnClock(Protocol[Subject_contra]):
    """Works on one thing when it falls due, on whichever clock that is."""

    def on(self, clock: Clock) -> "WorksOnClock[Subject_contra]": ...

    async def process(self, tenant_id: TenantId, subject: Subject_contra, /) -> object: ...


@final
class DueWork:
    """Does what falls due on a test clock, with the services that do it in real time.

    What new kind of thing can fall due is added to DueKind, to the statement that finds what is due, and here.
    """

    def __init__(
        self,
        *,
        billing: BillingService,
        pending: PendingService,
        refunds: RefundService,
        starts: IncompleteService,
        dunning: WorksOnClock[DunningScheduleId],
        requests: WorksOnClock[PaymentRequestId],
    ) -> None:
        self._billing = billing
        self._pending = pending
        self._refunds = refunds
        self._starts = starts
        self._dunning = dunning
        self._requests = requests
        self._log = structlog.stdlib.get_logger("duro.merchant_api")

    async def perform(self, tenant_id: TenantId, due: DueRound, clock: Clock) -> None:
        """Do it, together where it may be; what can't be done is logged and stays due, and holds up nothing else."""
        try:
            await self._perform(tenant_id, due, clock)
        except (DomainError, ExceptionGroup) as error:
            alone = due.each()
            if len(alone) == 1:
                subject = f"{due.kind.name.lower()} {due.ids[0]}"
                self._log.warning("test_clock_action_failed", tenant=str(tenant_id), subject=subject, error=repr(error))
                return
            for one in alone:
                await self.perform(tenant_id, one, clock)

    async def _perform(self, tenant_id: TenantId, due: DueRound, clock: Clock) -> None:
        first = due.ids[0]
        match due.kind:
            case DueKind.PENDING_ATTEMPT:
                await self._pending.on(clock).resolve(tenant_id, PaymentAttemptId(first))
            case DueKind.PENDING_REFUND:
                await self._refunds.on(clock).process(tenant_id, RefundId(first))
            case DueKind.START:
                await self._starts.on(clock).drive(tenant_id, SubscriptionId(first))
            case DueKind.RENEWAL:
                await self._billing.on(clock).renew_many(tenant_id, [SubscriptionId(one) for one in due.ids])
            case DueKind.CASE:
                await self._dunning.on(clock).process(tenant_id, DunningScheduleId(first))
            case DueKind.PAYMENT_REQUEST:
                await self._requests.on(clock).process(tenant_id, PaymentRequestId(first))
            case _:
                assert_never(due.kind)
