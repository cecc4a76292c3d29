from typing import final

import structlog

from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import Reminds
from duro.db.clock_guard import ClockGuard
from duro.kernel import TenantId
from duro.queue import JobPayload, MalformedPayloadError


@final
class ReminderProcessor:
    """Writes down what payers of one merchant are to be told before their subscriptions renew."""

    def __init__(self, reminders: Reminds, *, guard: ClockGuard, metrics: WorkerMetrics) -> None:
        self._reminders = reminders
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        """Raise MalformedPayloadError for a job that names another merchant than the one it works for."""
        self._guard.require()
        if payload.entity(TenantId) != payload.tenant_id:
            message = "Reminders are written for the merchant whose job it is."
            raise MalformedPayloadError(message)
        written = await self._reminders.remind(payload.tenant_id)
        self._metrics.reminded(payload.mode, written)
        self._log.info("reminders", mode=payload.mode.value, tenant=payload.id, written=written)
