import asyncio
from collections.abc import Sequence
from typing import Final, final

import structlog
from bullmq.custom_errors import UnrecoverableError

from duro.kernel import Clock
from duro.queue.ports import Scanner
from duro.queue.scheduler import ScanScheduler
from duro.queue.settings import STANDARD_SETTINGS, QueueSettings
from duro.queue.worker_loop import RawJob, WorkerLoop

SCAN_QUEUE: Final = "scan"
_DRAIN_SECONDS: Final = 5.0


@final
class ScanWorker:
    """Runs each scanner on its interval: of all workers on the same server, one per tick.

    A scan that is running when it is drained is cut short: the next tick finds the same work again.
    """

    def __init__(
        self,
        redis_url: str,
        scanners: Sequence[Scanner],
        *,
        clock: Clock,
        settings: QueueSettings = STANDARD_SETTINGS,
    ) -> None:
        self._scanner_of = {scanner.name: scanner for scanner in scanners}
        self._stopping = asyncio.Event()
        self._scheduler = ScanScheduler(SCAN_QUEUE, redis_url, scanners, clock=clock, settings=settings)
        self._loop = WorkerLoop(
            SCAN_QUEUE, redis_url, self._handle, concurrency=max(1, 2 * len(scanners)), settings=settings
        )
        self._log = structlog.stdlib.get_logger("duro.queue").bind(queue=SCAN_QUEUE)

    async def run(self) -> None:
        """Tick until drained."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._scheduler.run(self._stopping))
            group.create_task(self._loop.run())
        await self._scheduler.close()

    async def drain(self, seconds: float = _DRAIN_SECONDS) -> bool:
        """Cut short what scans and take no other tick."""
        self._stopping.set()
        return await self._loop.drain(seconds)

    async def _handle(self, job: RawJob) -> None:
        scanner = self._scanner_of.get(job.name)
        if scanner is None:
            raise UnrecoverableError(f"No scanner is called {job.name}.")
        scan = asyncio.create_task(scanner.scan())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({scan, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not scan.done():
                self._log.info("scan_cut_short", scanner=job.name)
                return
            self._log.info("scanned", scanner=job.name, enqueued=scan.result())
        finally:
            scan.cancel()
            stop.cancel()
