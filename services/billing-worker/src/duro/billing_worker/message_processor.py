from typing import final

import structlog

from duro.billing.messages import Trouble
from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import WorksOnOne
from duro.db.clock_guard import ClockGuard
from duro.kernel import MessageId
from duro.merchant_api.messages import Telling
from duro.queue import JobPayload


@final
class MessageProcessor:
    """Sends one message, if it may leave now."""

    def __init__(self, work: WorksOnOne[MessageId, Telling], *, guard: ClockGuard, metrics: WorkerMetrics) -> None:
        self._work = work
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        self._guard.require()
        telling = await self._work(payload.tenant_id, payload.entity(MessageId))
        self._metrics.told(payload.mode, telling)
        self._log.info(
            "message",
            mode=payload.mode.value,
            tenant=str(payload.tenant_id),
            message=payload.id,
            kind=telling.kind,
            channel=telling.channel,
            outcome=telling.outcome.value,
            trouble=telling.trouble,
        )
        for setback in telling.setbacks:
            if setback.trouble is Trouble.SENDER:
                self._log.error("message_sender_in_trouble", channel=setback.channel.value, code=setback.code)
