from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from bullmq import Queue

from duro.queue.connection import RedisConnector
from duro.queue.job import Job
from duro.queue.settings import STANDARD_SETTINGS, QueueSettings

if TYPE_CHECKING:
    from bullmq import BulkJob, JobOptions


@final
class JobQueue:
    """Where jobs wait. It is a hint, not a record: emptied at any moment, the next scan fills it again."""

    def __init__(self, name: str, redis_url: str, *, settings: QueueSettings = STANDARD_SETTINGS) -> None:
        self.name = name
        self._settings = settings
        self._connector = RedisConnector(redis_url)
        self._client = self._connector.open()
        self._queue = Queue(name, {"connection": self._client, "prefix": settings.prefix, "skipVersionCheck": True})

    @property
    def waiting_limit(self) -> int:
        """How many jobs scanners let wait here."""
        return self._settings.waiting_limit

    async def add_many(self, jobs: Sequence[Job]) -> None:
        """Add in chunks, one round trip each; a job whose id is queued or running already is left as it is."""
        size = self._settings.chunk_size
        for start in range(0, len(jobs), size):
            await self._queue.addBulk([self._bulk(job) for job in jobs[start : start + size]])

    async def top_up(self, jobs: Sequence[Job]) -> int:
        """Add jobs in order for as long as fewer than the limit wait; say how many more wait than before."""
        size = self._settings.chunk_size
        before = waiting = await self.waiting()
        for start in range(0, len(jobs), size):
            room = self._settings.waiting_limit - waiting
            if room <= 0:
                break
            await self.add_many(jobs[start : start + min(size, room)])
            waiting = await self.waiting()
        return max(0, waiting - before)

    async def waiting(self) -> int:
        """Count what no worker has taken yet, retries that wait for their time included."""
        counts = await self._queue.getJobCounts("waiting", "paused", "prioritized", "delayed")
        return sum(counts.values())

    async def depth(self) -> int:
        """Count what waits and what runs."""
        counts = await self._queue.getJobCounts("waiting", "paused", "prioritized", "delayed", "active")
        return sum(counts.values())

    async def close(self) -> None:
        await self._connector.close(self._client)

    def _bulk(self, job: Job) -> "BulkJob":
        return {"name": self.name, "data": job.payload.encode(), "opts": self._options(job)}

    def _options(self, job: Job) -> "JobOptions":
        return {
            "jobId": job.id,
            "attempts": self._settings.attempts,
            "backoff": {"type": "exponential", "delay": self._settings.backoff_milliseconds},
            "removeOnComplete": True,
            "removeOnFail": True,
            "stackTraceLimit": 1,
        }
