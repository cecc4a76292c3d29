import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, final

from duro.billing_worker.ports import ReadsDue
from duro.kernel import Clock, EntityId, Mode
from duro.queue import JobKind, JobQueue

_PAUSE_SECONDS: Final = 1
_PER_TENANT_SHARE: Final = 5


@final
class DueScanner:
    """Finds what is due in one mode, of one kind of work, and tops its queue up, the tenants taking turns.

    With a backlog it stays until its next tick and tops up again each time half of the queue is empty, so a backlog
    is limited by the workers and never by the interval. It holds no transaction while anything is charged.
    """

    def __init__(
        self,
        kind: JobKind,
        *,
        mode: Mode,
        due: ReadsDue[EntityId],
        queue: JobQueue,
        clock: Clock,
        interval_seconds: int,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._kind = kind
        self._mode = mode
        self._due = due
        self._queue = queue
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._pause = pause

    @property
    def name(self) -> str:
        return self._kind.queue_name(self._mode)

    @property
    def interval_seconds(self) -> int:
        return self._interval_seconds

    async def scan(self) -> int:
        """Top the queue up until nothing more is due or the next tick is near; say how many jobs were added."""
        added = 0
        for _ in range(max(1, self._interval_seconds - 1)):
            if await self._queue.waiting() <= self._queue.waiting_limit // 2:
                is_all, count = await self._top_up()
                added += count
                if is_all:
                    break
            await self._pause(_PAUSE_SECONDS)
        return added

    async def _top_up(self) -> tuple[bool, int]:
        limit = self._queue.waiting_limit
        per_tenant = max(1, limit // _PER_TENANT_SHARE)
        due = await self._due(self._mode, self._clock.now(), limit_per_tenant=per_tenant, total=limit)
        jobs = [self._kind.job(self._mode, tenant_id, subject) for tenant_id, subject in due]
        largest = max(Counter(tenant_id for tenant_id, _ in due).values(), default=0)
        added = await self._queue.top_up(jobs)
        return len(due) < limit and largest < per_tenant, added
