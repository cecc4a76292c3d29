import asyncio
from contextlib import suppress
from typing import final

from duro.cli.supervision.announcer import Announcer
from duro.cli.supervision.life import Happening, Life, Phase
from duro.cli.supervision.restart_policy import RestartPolicy
from duro.cli.supervision.unit import RunningUnit, Unit, UnitStartError
from duro.kernel import Clock

_READY_SECONDS = 60.0
_PROBE_SECONDS = 0.05


@final
class UnitKeeper:
    """Keeps one unit alive until it is told to drain: starts it, waits on it, starts it again with back-off."""

    def __init__(self, *, unit: Unit, policy: RestartPolicy, clock: Clock, announcer: Announcer) -> None:
        self._unit = unit
        self._policy = policy
        self._clock = clock
        self._announcer = announcer
        self._life = Life.begin(clock.now())
        self._running: RunningUnit | None = None
        self._is_ending = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._unit.name

    @property
    def pid(self) -> int | None:
        return None if self._running is None else self._running.pid

    @property
    def phase(self) -> Phase:
        return self._life.phase

    async def bring_up(self) -> None:
        """Start it for the first time and keep it from then on. Raise UnitStartError when it dies before it answers."""
        self._step(Happening.START)
        try:
            running = self._running = await self._unit.start()
            await self._await_ready(running)
        except UnitStartError:
            await self._give_up()
            raise
        self._step(Happening.READY)
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self._unit.name}")

    async def drain(self, hurry: asyncio.Event) -> None:
        """Ask it to finish; kill it when its time is up or as soon as there is a hurry."""
        if not self._life.is_ending:
            self._step(Happening.DRAIN)
        self._is_ending.set()
        running = self._running
        if running is None:
            await self._finish()
            return
        running.ask_to_stop()
        if not await self._is_gone(running, hurry):
            self._announcer.warn(f"{self._unit.name} did not finish in time and was killed")
            running.kill()
        await self._finish()

    async def _is_gone(self, running: RunningUnit, hurry: asyncio.Event) -> bool:
        gone = asyncio.ensure_future(running.wait())
        hurried = asyncio.ensure_future(hurry.wait())
        done, _ = await asyncio.wait(
            {gone, hurried}, timeout=self._unit.drain_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        is_gone = gone in done
        for waiting in (gone, hurried):
            waiting.cancel()
        return is_gone

    async def _finish(self) -> None:
        if self._keeping is not None:
            await self._keeping
        if self._life.phase is Phase.DRAINING:
            self._step(Happening.EXITED)

    async def _give_up(self) -> None:
        await self._bury()
        self._step(Happening.EXITED)
        self._step(Happening.DRAIN)

    async def _keep(self) -> None:
        while self._running is not None:
            status = await self._running.wait()
            self._running = None
            what = f"died ({self._spoken(status)})"
            while not self._life.is_ending and self._running is None:
                await self._rest(what)
                what = await self._try_again()

    async def _rest(self, what: str) -> None:
        self._step(Happening.EXITED)
        delay = self._policy.delay(self._life.failures)
        self._announcer.warn(f"{self._unit.name} {what}; starting it again in {delay.total('seconds'):.1f} s")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_ending.wait(), delay.total("seconds"))

    async def _try_again(self) -> str:
        if self._life.is_ending:
            return "is ending"
        self._step(Happening.START)
        before = self._clock.now()
        try:
            running = self._running = await self._unit.start()
            if self._is_ending.is_set():
                running.kill()
            await self._await_ready(running)
        except UnitStartError as error:
            await self._bury()
            return f"could not start ({error})"
        if not self._life.is_ending:
            self._step(Happening.READY)
            took = (self._clock.now() - before).total("milliseconds")
            self._announcer.tell(f"{self._unit.name} runs again, pid {running.pid} ({took:.0f} ms)")
        return "runs"

    async def _bury(self) -> None:
        if self._running is not None:
            self._running.kill()
            await self._running.wait()
            self._running = None

    async def _await_ready(self, running: RunningUnit) -> None:
        gone = asyncio.ensure_future(running.wait())
        try:
            async with asyncio.timeout(_READY_SECONDS):
                while not gone.done() and not self._is_ending.is_set():
                    if await self._unit.is_ready():
                        return
                    await asyncio.wait({gone}, timeout=_PROBE_SECONDS)
        except TimeoutError as error:
            raise UnitStartError(
                self._unit.name, f"did not answer within {_READY_SECONDS:.0f} s", self._unit.last_words()
            ) from error
        finally:
            gone.cancel()
        if gone.done() and not gone.cancelled():
            raise UnitStartError(
                self._unit.name, f"ended at once ({self._spoken(gone.result())})", self._unit.last_words()
            )

    def _step(self, happening: Happening) -> None:
        self._life = self._life.after(happening, self._clock.now(), self._policy)

    @staticmethod
    def _spoken(status: int) -> str:
        return f"signal {-status}" if status < 0 else f"exit status {status}"
