import asyncio
from typing import Final, final

import structlog

from duro.billing_worker.readiness import Readiness
from duro.db.clock_guard import ClockGuard
from duro.queue import RedisProbe

_PATIENCE_SECONDS: Final = 3.0


@final
class Health:
    """Looks at the database, the queue and the clock."""

    def __init__(self, *, guard: ClockGuard, probe: RedisProbe) -> None:
        self._guard = guard
        self._probe = probe
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    async def look(self) -> Readiness:
        """Look now. What doesn't answer within 3 seconds counts as unreachable."""
        comparing = asyncio.create_task(self._guard.compare())
        probing = asyncio.create_task(self._probe.is_reachable())
        done, late = await asyncio.wait({comparing, probing}, timeout=_PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        is_compared = comparing in done and comparing.exception() is None
        if comparing in done and not is_compared:
            self._log.warning("database_unreachable", error=repr(comparing.exception()))
        return Readiness(
            is_database_reachable=is_compared,
            is_queue_reachable=probing in done and probing.exception() is None and probing.result(),
            is_clock_trusted=self._guard.is_trusted or not is_compared,
        )
