import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

import structlog
from bullmq import Worker
from bullmq.custom_errors import DelayedError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from duro.queue.connection import RedisConnector
from duro.queue.settings import QueueSettings

if TYPE_CHECKING:
    from bullmq import Job

_RESTART_SECONDS: Final = 0.5
_CLOSING_SECONDS: Final = 3.0


class JobInterruptedError(RuntimeError):
    """The handler was cancelled by something other than a shutdown; the job is tried again."""


@final
@dataclass(frozen=True, slots=True)
class RawJob:
    """A job as it comes off the queue, before anybody has checked it."""

    id: str
    name: str
    data: object


@final
class WorkerLoop:
    """Takes jobs from one queue and runs them, for as long as it isn't drained.

    A lost server, a failed job or a broken worker is logged and survived. Draining takes nothing more, keeps the locks
    of what runs, and gives a job that was being fetched back to the queue.
    """

    def __init__(
        self,
        name: str,
        redis_url: str,
        handle: Callable[[RawJob], Awaitable[None]],
        *,
        concurrency: int,
        settings: QueueSettings,
    ) -> None:
        self.name = name
        self._connector = RedisConnector(redis_url)
        self._handle = handle
        self._concurrency = concurrency
        self._settings = settings
        self._log = structlog.stdlib.get_logger("duro.queue").bind(queue=name)
        self._running: dict[str, str] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._draining = asyncio.Event()
        self._drained = asyncio.Event()
        self._is_forced = False
        self._worker: Worker | None = None

    @property
    def in_progress(self) -> int:
        """How many jobs run here now."""
        return len(self._running)

    async def run(self) -> None:
        """Work until drained."""
        while not self._draining.is_set():
            client = self._connector.open()
            worker = self._worker = self._open(client)
            loop = asyncio.create_task(worker.run())
            try:
                await asyncio.wait({loop})
            finally:
                loop.cancel()
            if self._draining.is_set():
                await self._drained.wait()
            else:
                cause = "cancelled" if loop.cancelled() else repr(loop.exception())
                self._log.error("worker_stopped", cause=cause)
                await worker.close(force=True)
                await self._pause(self._draining, _RESTART_SECONDS)
            await self._connector.close(client)

    async def drain(self, seconds: float) -> bool:
        """Take nothing more and let what runs finish, for at most the given time; say whether all of it did.

        What doesn't finish is cancelled and, once its lock has run out, done again by another worker.
        """
        self._draining.set()
        try:
            return True if self._worker is None else await self._drain(self._worker, seconds)
        finally:
            self._drained.set()

    async def _drain(self, worker: Worker, seconds: float) -> bool:
        closing = asyncio.create_task(worker.close())
        is_finished = await self._finish(worker, seconds)
        if not is_finished:
            self._log.warning("drain_timed_out", jobs=sorted(self._running))
            self._is_forced = True
            await worker.close(force=True)
        await asyncio.wait({closing}, timeout=_CLOSING_SECONDS)
        await self._hand_back(worker)
        return is_finished

    async def _hand_back(self, worker: Worker) -> None:
        """Give back the jobs that were fetched while the worker closed, and that it left lying."""
        left = set(worker.processing)
        if left:
            await asyncio.wait(left, timeout=_CLOSING_SECONDS)
        for task in left:
            job = task.result() if task.done() and not task.cancelled() and task.exception() is None else None
            if job is not None and job.token is not None:
                await self._give_back(job, job.token)

    async def _give_back(self, job: "Job", token: str) -> None:
        try:
            await job.moveToDelayed(0, token)
        except (RedisError, OSError, TypeError) as error:
            self._log.error("job_not_given_back", job=job.id, error=repr(error))

    async def _finish(self, worker: Worker, seconds: float) -> bool:
        """Wait for what runs and renew its locks: the worker's own renewal ends with the first job that finishes."""
        renewal_seconds = self._settings.lock_milliseconds / 4_000
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await self._renew(worker)
                    await self._pause(self._idle, renewal_seconds)
        except TimeoutError:
            return False
        return True

    async def _renew(self, worker: Worker) -> None:
        held = dict(self._running)
        try:
            await worker.backend.extendLocks(list(held), list(held.values()), self._settings.lock_milliseconds)
        except (RedisError, OSError) as error:
            self._log.error("lock_renewal_failed", error=repr(error))

    async def _pause(self, until: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.create_task(until.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()

    def _open(self, client: Redis) -> Worker:
        settings = self._settings
        worker = Worker(
            self.name,
            self._process,
            {
                "connection": client,
                "prefix": settings.prefix,
                "skipVersionCheck": True,
                "autorun": False,
                "concurrency": self._concurrency,
                "drainDelay": settings.blocking_pop_seconds,
                "lockDuration": settings.lock_milliseconds,
                "stalledInterval": settings.stalled_interval_milliseconds,
                "maxStalledCount": settings.max_stalled_count,
                "runRetryDelay": settings.run_retry_milliseconds,
            },
        )
        worker.on("error", self._on_error)
        worker.on("failed", self._on_failed)
        worker.on("stalled", self._on_stalled)
        return worker

    async def _process(self, job: "Job", token: str) -> None:
        self._running[job.id] = token
        self._idle.clear()
        try:
            if self._draining.is_set():
                await self._give_back(job, token)
                raise DelayedError
            await self._handle(RawJob(job.id, job.name, job.data))
        except asyncio.CancelledError:
            if self._is_forced:
                raise
            raise JobInterruptedError("The handler was cancelled.") from None
        finally:
            self._running.pop(job.id, None)
            if not self._running:
                self._idle.set()

    def _on_error(self, error: object, *_: object) -> None:
        self._log.error("queue_error", error=repr(error))

    def _on_failed(self, job: "Job", error: object) -> None:
        self._log.error("job_failed", job=job.id, attempts_made=job.attemptsMade, error=repr(error))

    def _on_stalled(self, job_id: object) -> None:
        self._log.warning("job_stalled", job=str(job_id))
