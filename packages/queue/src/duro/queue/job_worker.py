from collections.abc import Awaitable, Callable
from typing import Final, final

from bullmq.custom_errors import UnrecoverableError

from duro.queue.payload import JobPayload, MalformedPayloadError
from duro.queue.settings import STANDARD_SETTINGS, QueueSettings
from duro.queue.worker_loop import RawJob, WorkerLoop

DRAIN_SECONDS: Final = 25.0


@final
class JobWorker:
    """Runs the jobs of one queue through one handler, many at a time.

    A handler that raises is tried again after 1, 2, 4 and 8 seconds; a malformed payload is thrown away at once.
    """

    def __init__(
        self,
        name: str,
        redis_url: str,
        handler: Callable[[JobPayload], Awaitable[None]],
        concurrency: int,
        *,
        settings: QueueSettings = STANDARD_SETTINGS,
    ) -> None:
        self._handler = handler
        self._loop = WorkerLoop(name, redis_url, self._handle, concurrency=concurrency, settings=settings)

    @property
    def name(self) -> str:
        return self._loop.name

    @property
    def in_progress(self) -> int:
        """How many jobs run here now."""
        return self._loop.in_progress

    async def run(self) -> None:
        """Work until drained."""
        await self._loop.run()

    async def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Take nothing more, finish what runs, for at most the given time; say whether all of it finished."""
        return await self._loop.drain(seconds)

    async def _handle(self, job: RawJob) -> None:
        try:
            payload = JobPayload.decode(job.data)
        except MalformedPayloadError as error:
            raise UnrecoverableError(str(error)) from error
        await self._handler(payload)
