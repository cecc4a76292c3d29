from typing import Final, final

from whenever import TimeDelta

from duro.billing_worker.ports import IncompleteSweep
from duro.kernel import Clock, Mode
from duro.merchant_api.billing import FIRST_PAYMENT_WITHIN
from duro.queue import JobKind, JobQueue

_LIMIT: Final = 1_000
_REQUEST_MAY_STILL_RUN: Final = TimeDelta(minutes=2)


@final
class IncompleteScanner:
    """Finds starts of one mode that no request works on any more: those to give up, and the newest of the others.

    The newest come first, so that many declined starts can't hide one whose request was killed.
    """

    def __init__(
        self, *, mode: Mode, sweep: IncompleteSweep, queue: JobQueue, clock: Clock, interval_seconds: int
    ) -> None:
        self._mode = mode
        self._sweep = sweep
        self._queue = queue
        self._clock = clock
        self._interval_seconds = interval_seconds

    @property
    def name(self) -> str:
        return JobKind.INCOMPLETE.queue_name(self._mode)

    @property
    def interval_seconds(self) -> int:
        return self._interval_seconds

    async def scan(self) -> int:
        """Queue what is to be driven; say how many jobs were added."""
        now = self._clock.now()
        over = now - FIRST_PAYMENT_WITHIN
        expired = await self._sweep.incomplete_subscriptions(self._mode, created_before=over, limit=_LIMIT)
        fresh = await self._sweep.incomplete_subscriptions(
            self._mode, created_from=over, created_before=now - _REQUEST_MAY_STILL_RUN, limit=_LIMIT
        )
        return await self._queue.top_up(
            [JobKind.INCOMPLETE.job(self._mode, tenant_id, one) for tenant_id, one in (*expired, *fresh)]
        )
