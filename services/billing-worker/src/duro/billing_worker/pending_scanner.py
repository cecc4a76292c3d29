from typing import Final, final

from duro.billing_worker.ports import PendingSweep
from duro.kernel import Clock, Mode
from duro.queue import JobKind, JobQueue

_LIMIT: Final = 10_000


@final
class PendingScanner:
    """Finds attempts, refunds, requests for pushed money and mandates of one mode that have to be looked at by now."""

    def __init__(
        self, *, mode: Mode, sweep: PendingSweep, queue: JobQueue, clock: Clock, interval_seconds: int
    ) -> None:
        self._mode = mode
        self._sweep = sweep
        self._queue = queue
        self._clock = clock
        self._interval_seconds = interval_seconds

    @property
    def name(self) -> str:
        return JobKind.PENDING.queue_name(self._mode)

    @property
    def interval_seconds(self) -> int:
        return self._interval_seconds

    async def scan(self) -> int:
        """Queue what is to be looked up; say how many jobs were added."""
        now = self._clock.now()
        attempts = await self._sweep.pending_attempts(self._mode, now, limit=_LIMIT)
        refunds = await self._sweep.pending_refunds(self._mode, now, limit=_LIMIT)
        requests = await self._sweep.due_payment_requests(self._mode, now, total=_LIMIT)
        mandates = await self._sweep.due_mandates(self._mode, now, total=_LIMIT)
        due = (*attempts, *refunds, *requests, *mandates)
        return await self._queue.top_up(
            [JobKind.PENDING.job(self._mode, tenant_id, entity_id) for tenant_id, entity_id in due]
        )
