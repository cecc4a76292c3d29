import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, final

import structlog
from bullmq import Queue
from redis.exceptions import RedisError

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
        self._queue = Queue(
            name, {"connection": RedisConnector(redis_url).open(), "prefix": settings.prefix, "skipVersionCheck": True}
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep the schedules standing until told to stop."""
        while not stopping.is_set():
            await self.upsert()
            waiting = asyncio.create_task(stopping.wait())
            await asyncio.wait({waiting}, timeout=self._settings.upsert_seconds)
            waiting.cancel()

    async def upsert(self) -> None:
        """Write each schedule once; a failure is logged and left to the next round."""
        for scanner in self._scanners:
            try:
                await self._upsert(scanner)
            except (RedisError, OSError) as error:
                self._log.error("schedule_not_written", scanner=scanner.name, error=repr(error))

    async def close(self) -> None:
        await self._queue.close()

    async def _upsert(self, scanner: Scanner) -> None:
        every = scanner.interval_seconds * 1_000
        standing = await self._queue.getJobScheduler(scanner.name)
        upcoming = standing.get("next") if standing else None
        if upcoming is not None and upcoming > self._clock.now().timestamp(unit="millisecond") + every:
            self._log.warning("schedule_was_ahead", scanner=scanner.name)
            await self._queue.removeJobScheduler(scanner.name)
        await self._queue.upsertJobScheduler(scanner.name, {"every": every}, scanner.name, {}, _TICK)
