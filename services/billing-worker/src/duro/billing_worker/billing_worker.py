import asyncio
from collections.abc import Callable, Mapping
from typing import Final, final

import structlog

from duro.billing_worker.crew import Crew
from duro.billing_worker.health import Health
from duro.billing_worker.readiness import Readiness

_LOOK_SECONDS: Final = 5.0


@final
class BillingWorker:
    """Works while the clock can be trusted, and drains when it can't or when it is told to stop.

    A database or queue that is away for a while doesn't end it: jobs fail, are logged and come back. A crew of which a
    member gives up all the same is replaced.
    """

    def __init__(self, *, health: Health, crew: Callable[[], Crew], look_seconds: float = _LOOK_SECONDS) -> None:
        self._health = health
        self._make_crew = crew
        self._look_seconds = look_seconds
        self._crew: Crew | None = None
        self._problems: tuple[str, ...] = ()
        self._stopping = asyncio.Event()
        self._log = structlog.stdlib.get_logger("duro.billing_worker")

    @property
    def is_working(self) -> bool:
        return self._crew is not None

    @property
    def in_progress(self) -> Mapping[str, int]:
        """How many jobs run, by queue."""
        return {} if self._crew is None else self._crew.in_progress

    def stop(self) -> None:
        """Ask it to drain and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped, then drain."""
        while not self._stopping.is_set():
            await self._decide(await self._health.look())
            waiting = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({waiting}, timeout=self._look_seconds)
            waiting.cancel()
        await self._rest()

    async def _decide(self, readiness: Readiness) -> None:
        if readiness.problems != self._problems:
            self._problems = readiness.problems
            self._log.warning("readiness_changed", is_ready=readiness.is_ready, problems=readiness.problems)
        if self._crew is not None and self._crew.has_failed:
            self._log.error("crew_failed")
            await self._rest()
        if self._crew is None and readiness.is_ready:
            self._crew = self._make_crew()
            self._crew.start()
        elif not readiness.is_clock_trusted:
            await self._rest()

    async def _rest(self) -> None:
        crew, self._crew = self._crew, None
        if crew is not None:
            await crew.drain()
