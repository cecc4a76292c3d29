from typing import final

import structlog

from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import IncompleteStarts
from duro.db.clock_guard import ClockGuard
from duro.kernel import SubscriptionId
from duro.queue import JobPayload


@final
class IncompleteProcessor:
    """Takes one unfinished start further: its first charge if there was none, its end after 23 hours."""

    def __init__(self, starts: IncompleteStarts, *, guard: ClockGuard, metrics: WorkerMetrics) -> None:
        self._starts = starts
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        self._guard.require()
        outcome = await self._starts.drive(payload.tenant_id, payload.entity(SubscriptionId))
        self._metrics.driven(payload.mode, outcome)
        self._log.info(
            "incomplete",
            mode=payload.mode.value,
            tenant=str(payload.tenant_id),
            subscription=payload.id,
            outcome=outcome.value,
        )
