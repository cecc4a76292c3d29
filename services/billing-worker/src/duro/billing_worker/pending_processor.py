from typing import final

import structlog

from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import Mandates, PaymentRequests, PendingAttempts, PendingRefunds
from duro.db.clock_guard import ClockGuard
from duro.kernel import PaymentAttemptId, PaymentMethodId, PaymentRequestId, RefundId
from duro.queue import JobPayload


@final
class PendingProcessor:
    """Finds out what became of one pending attempt, refund, request for pushed money or mandate; the id says which."""

    def __init__(
        self,
        attempts: PendingAttempts,
        refunds: PendingRefunds,
        requests: PaymentRequests,
        mandates: Mandates,
        *,
        guard: ClockGuard,
        metrics: WorkerMetrics,
    ) -> None:
        self._attempts = attempts
        self._refunds = refunds
        self._requests = requests
        self._mandates = mandates
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        self._guard.require()
        if payload.kind == RefundId.prefix:
            status = await self._refunds.process(payload.tenant_id, payload.entity(RefundId))
            what, outcome = "refund", status or "skipped"
            self._metrics.refunded(payload.mode, outcome)
        elif payload.kind == PaymentRequestId.prefix:
            what = "payment_request"
            outcome = await self._requests.process(payload.tenant_id, payload.entity(PaymentRequestId))
            self._metrics.asked(payload.mode, outcome)
        elif payload.kind == PaymentMethodId.prefix:
            status = await self._mandates.refresh(payload.tenant_id, payload.entity(PaymentMethodId))
            what, outcome = "mandate", status or "skipped"
            self._metrics.looked_up(payload.mode, outcome)
        else:
            what = "pending_attempt"
            outcome = await self._attempts.resolve(payload.tenant_id, payload.entity(PaymentAttemptId))
            self._metrics.resolved(payload.mode, outcome)
        self._log.info(
            what, mode=payload.mode.value, tenant=str(payload.tenant_id), subject=payload.id, outcome=str(outcome)
        )
