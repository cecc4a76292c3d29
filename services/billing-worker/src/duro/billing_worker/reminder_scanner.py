from typing import Final, final

from whenever import TimeDelta

from duro.billing_worker.ports import RenewalSweep
from duro.kernel import Clock, Mode, TenantId
from duro.queue import JobKind, JobQueue

_LONGEST_NOTICE: Final = TimeDelta(hours=24 * 30)
_PAGE: Final = 1_000


@final
class ReminderScanner:
    """Finds merchants of one mode of whom subscriptions renew soon; what is told of them is decided for each.

    It looks at one subscription of a merchant, however many there are.
    """

    def __init__(
        self, *, mode: Mode, sweep: RenewalSweep, queue: JobQueue, clock: Clock, interval_seconds: int
    ) -> None:
        self._mode = mode
        self._sweep = sweep
        self._queue = queue
        self._clock = clock
        self._interval_seconds = interval_seconds

    @property
    def name(self) -> str:
        return JobKind.REMINDERS.queue_name(self._mode)

    @property
    def interval_seconds(self) -> int:
        return self._interval_seconds

    async def scan(self) -> int:
        """Queue a job for each such merchant; say how many were added."""
        now, added = self._clock.now(), 0
        after: TenantId | None = None
        while True:
            page = await self._sweep.renewing_tenants(
                self._mode, now, until=now + _LONGEST_NOTICE, after=after, limit=_PAGE
            )
            added += await self._queue.top_up([JobKind.REMINDERS.job(self._mode, one, one) for one in page])
            if len(page) < _PAGE:
                return added
            after = page[-1]
