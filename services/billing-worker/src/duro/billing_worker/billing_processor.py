from typing import Final, final

import structlog

from duro.billing_worker.metrics import WorkerMetrics
from duro.billing_worker.ports import WorksOnOne
from duro.db.clock_guard import ClockGuard
from duro.kernel import SubscriptionId
from duro.merchant_api.billing import Renewal
from duro.queue import JobPayload

MOST_PERIODS: Final = 12


@final
class BillingProcessor:
    """Renews one subscription, and again while it is behind: at most 12 periods, up to the first non-success."""

    def __init__(
        self, renew: WorksOnOne[SubscriptionId, Renewal], *, guard: ClockGuard, metrics: WorkerMetrics
    ) -> None:
        self._renew = renew
        self._guard = guard
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def process(self, payload: JobPayload) -> None:
        subscription_id = payload.entity(SubscriptionId)
        for _ in range(MOST_PERIODS):
            self._guard.require()
            renewal = await self._renew(payload.tenant_id, subscription_id)
            self._metrics.renewed(payload.mode, renewal.outcome)
            self._log.info(
                "renewal",
                mode=payload.mode.value,
                tenant=str(payload.tenant_id),
                subscription=payload.id,
                outcome=renewal.outcome.value,
            )
            if not renewal.is_behind:
                return
