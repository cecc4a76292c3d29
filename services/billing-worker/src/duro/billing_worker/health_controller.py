from typing import Final, final

from litestar import Controller, Response, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from duro.billing_worker.billing_worker import BillingWorker
from duro.billing_worker.gauges import Gauges
from duro.billing_worker.health import Health

_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@final
class HealthController(Controller):
    """What operators ask a worker: are you alive, can you work, how much have you done."""

    path = "/"

    @get("/health/live")
    async def live(self) -> dict[str, str]:
        return {"status": "alive"}

    @get("/health/ready")
    async def ready(self, health: Health) -> Response[dict[str, str | list[str]]]:
        """Look at the database, the queue and the clock; 503 names what is missing."""
        readiness = await health.look()
        return Response(
            {"status": "ready" if readiness.is_ready else "not_ready", "problems": list(readiness.problems)},
            status_code=HTTP_200_OK if readiness.is_ready else HTTP_503_SERVICE_UNAVAILABLE,
        )

    @get("/metrics", media_type=_METRICS_TYPE)
    async def metrics(self, gauges: Gauges, worker: BillingWorker) -> bytes:
        return await gauges.render(worker.in_progress)
