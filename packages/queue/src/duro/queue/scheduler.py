import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, final

import structlog
from bullmq import Queue

from duro.kernel import Clock
from duro.queue.connection import RedisConnector
from duro.queue.ports import Scanner
from duro.queue.settings import QueueSettings

if TYPE_CHECKING:
    from bullmq import JobOptions

_TICK: Final["JobOptions"] = {"attempts": 1, "removeOnComplete": True, "removeOnFail": True}


@final
class ScanScheduler:
    """Writes every scanner's schedule into the queue, and again every 30 seconds.

    Every worker does it, so a flushed server ticks again by itself; writing a schedule that stands changes nothing. A
    next tick that lies more than one interval ahead was written by a worker whose clock ran ahead: it is written anew.
    """

    def __init__(
        self, name: str, redis_url: str, scanners: Sequence[Scanner], *, clock: Clock, settings: QueueSettings
    ) -> None:
        self._scanners = tuple(scanners)
        self._clock = clock
        self._settings = settings
        self._log = structlog.stdlib.get_logger("duro.queue").bind(queue=name)
        self._connector = RedisConnector(redis_url)
        self._client = self._connector.open()
        self._queue = Queue(name, {"connection": self._client, "prefix": settings.prefix, "skipVersionCheck": True})

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep the schedules standing until told to stop; a round that fails is logged and left to the next."""
        while not stopping.is_set():
            writing = asyncio.create_task(self.write())
            await asyncio.wait({writing})
            if error := writing.exception():
                self._log.error("schedules_not_written", error=repr(error))
            waiting = asyncio.create_task(stopping.wait())
            await asyncio.wait({waiting}, timeout=self._settings.upsert_seconds)
            waiting.cancel()

    async def write(self) -> None:
        """Write each schedule once."""
        standing = {record.get("key"): record.get("next") for record in await self._queue.getJobSchedulers()}
        for scanner in self._scanners:
            every = scanner.interval_seconds * 1_000
            upcoming = standing.get(scanner.name)
            if upcoming is not None and upcoming > self._clock.now().timestamp(unit="millisecond") + every:
                self._log.warning("schedule_was_ahead", scanner=scanner.name)
                await self._queue.removeJobScheduler(scanner.name)
            await self._queue.upsertJobScheduler(scanner.name, {"every": every}, scanner.name, {}, _TICK)

    async def close(self) -> None:
        await self._connector.close(self._client)
