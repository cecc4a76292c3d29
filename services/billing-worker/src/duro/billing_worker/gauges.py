import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, final

import structlog
from whenever import Instant, TimeDelta

from duro.billing_worker.metrics import WorkerMetrics
from duro.kernel import Clock, Mode, PaymentAttemptId, TenantId
from duro.queue import JobQueue

_PATIENCE_SECONDS: Final = 3.0
_MOST_COUNTED: Final = 1_000


class BacklogSweep(Protocol):
    """How much is left to do over all tenants of a mode."""

    async def oldest_due_lag(self, mode: Mode, now: Instant) -> TimeDelta: ...

    async def pending_attempts(
        self, mode: Mode, now: Instant, *, limit: int
    ) -> Sequence[tuple[TenantId, PaymentAttemptId]]: ...

    async def attempts_in_review(self, mode: Mode) -> int: ...

    async def refunds_needing_attention(self, mode: Mode) -> int: ...


@final
class Gauges:
    """Brings the gauges up to date when somebody asks for them; what can't be read keeps its last value."""

    def __init__(
        self, *, metrics: WorkerMetrics, sweep: BacklogSweep, queues: Sequence[JobQueue], clock: Clock
    ) -> None:
        self._metrics = metrics
        self._sweep = sweep
        self._queues = tuple(queues)
        self._clock = clock
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def render(self, in_progress: Mapping[str, int]) -> bytes:
        """Read everything anew, for at most 3 seconds, and write it in the text exposition format."""
        for queue, jobs in in_progress.items():
            self._metrics.jobs_in_progress.labels(queue).set(jobs)
        readings = [asyncio.create_task(self._read_backlog(mode)) for mode in Mode]
        readings += [asyncio.create_task(self._read_queue(queue)) for queue in self._queues]
        done, late = await asyncio.wait(readings, timeout=_PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        for task in done:
            if error := task.exception():
                self._log.warning("gauge_not_read", error=repr(error))
        return self._metrics.render()

    async def _read_backlog(self, mode: Mode) -> None:
        now = self._clock.now()
        lag = await self._sweep.oldest_due_lag(mode, now)
        self._metrics.oldest_due_lag.labels(mode.value).set(lag.total("seconds"))
        pending = await self._sweep.pending_attempts(mode, now, limit=_MOST_COUNTED)
        self._metrics.pending_attempts.labels(mode.value).set(len(pending))
        self._metrics.attempts_in_review.labels(mode.value).set(await self._sweep.attempts_in_review(mode))
        needing = await self._sweep.refunds_needing_attention(mode)
        self._metrics.refunds_needing_attention.labels(mode.value).set(needing)

    async def _read_queue(self, queue: JobQueue) -> None:
        self._metrics.queue_depth.labels(queue.name).set(await queue.depth())
