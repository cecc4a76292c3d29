import asyncio
import signal
from contextlib import AsyncExitStack
from typing import final

import structlog

from duro.billing_worker.composition import Composition
from duro.billing_worker.settings import Settings
from duro.kernel import Clock


@final
class Service:
    """The running process: the worker and its health port, until SIGTERM or SIGINT; then it drains, for 25 seconds."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            composition = await Composition.open(self._settings, stack, clock=self._clock)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, composition.worker.stop)
            server = composition.server()
            serving = asyncio.create_task(server.serve())
            try:
                await composition.worker.run()
            finally:
                server.should_exit = True
                await asyncio.wait({serving}, timeout=3.0)
            self._log.info("ended")
