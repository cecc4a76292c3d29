from typing import final

import structlog

from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import WorksOnOne
from duro.db.clock_guard import ClockGuard
from duro.kernel import DunningScheduleId
from duro.merchant_api.billing import Renewal
from duro.queue import JobPayload


@final
class DunningProcessor:
    """Takes one recovery case as far as it goes now."""

    def __init__(
        self, work: WorksOnOne[DunningScheduleId, Renewal], *, guard: ClockGuard, metrics: WorkerMetrics
    ) -> None:
        self._work = work
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        self._guard.require()
        case = await self._work(payload.tenant_id, payload.entity(DunningScheduleId))
        self._metrics.recovered(payload.mode, case.outcome)
        self._log.info(
            "recovery",
            mode=payload.mode.value,
            tenant=str(payload.tenant_id),
            schedule=payload.id,
            outcome=case.outcome.value,
        )
