from collections.abc import Generator
from contextlib import contextmanager
from typing import final

import uvicorn
from litestar import Litestar
from litestar.di import Provide

from duro.billing_worker.billing_worker import BillingWorker
from duro.billing_worker.gauges import Gauges
from duro.billing_worker.health import Health
from duro.billing_worker.health_controller import HealthController


@final
class HealthServer(uvicorn.Server):
    """Serves the health port; signals belong to the worker, not to it."""

    @classmethod
    def over(cls, *, health: Health, gauges: Gauges, worker: BillingWorker, host: str, port: int) -> "HealthServer":
        app = Litestar(
            route_handlers=[HealthController],
            dependencies={
                "health": Provide(lambda: health, sync_to_thread=False),
                "gauges": Provide(lambda: gauges, sync_to_thread=False),
                "worker": Provide(lambda: worker, sync_to_thread=False),
            },
            openapi_config=None,
            logging_config=None,
        )
        return cls(uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off"))

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
