import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from duro.payments.simulated import Delivery, FaultPlan
from duro.testkit import Deadline, DeadlineMissedError, RunningService
from storm.books import Books, GatewayBook, Progress
from storm.form import Fault, Strike
from storm.world import World

SHORTLY = {
    Fault.WORKER_KILLED: "worker",
    Fault.GATEWAY_KILLED: "GATEWAY",
    Fault.QUEUE_FLUSHED: "FLUSH",
    Fault.DATABASE_KILLED: "DATABASE",
    Fault.WORKER_PAUSED: "pause",
}


@final
@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that has come: after which share of the renewals, and after how many seconds."""

    fault: Fault
    share: float
    seconds: float


@final
@dataclass(slots=True)
class Chronicle:
    """What was done to the world, and when."""

    strikes: list[Struck] = field(default_factory=list)
    seconds: float = 0

    def count(self, fault: Fault) -> int:
        return sum(one.fault is fault for one in self.strikes)

    @property
    def kills(self) -> list[float]:
        """Give the share of renewals that were settled at each kill of a worker or the gateway."""
        return [one.share for one in self.strikes if one.fault in {Fault.WORKER_KILLED, Fault.GATEWAY_KILLED}]

    def __str__(self) -> str:
        return " · ".join(f"{one.share:.0%} {one.seconds:.0f} s {SHORTLY[one.fault]}" for one in self.strikes)


@final
class Storm:
    """Strikes a world while it works, one fault at a time as the renewals go on, and waits until all is settled."""

    def __init__(self, world: World, *, step_seconds: float = 0.15) -> None:
        self._world = world
        self._books = Books(world.ground.admin_url)
        self._left = world.form.strikes()
        self._paused: list[tuple[float, RunningService]] = []
        self._step_seconds = step_seconds
        self._last: Progress | None = None
        self._begun = 0.0
        self.chronicle = Chronicle()

    async def rage(self) -> bool:
        """Go on until nothing is due or in flight and every strike has fallen; say whether that came in time."""
        self._begun = asyncio.get_running_loop().time()
        try:
            await Deadline(self._world.form.limit_seconds, self._step_seconds).until(self.step, "the end of the storm")
        except DeadlineMissedError:
            return False
        finally:
            self.chronicle.seconds = self._elapsed()
        return True

    @property
    def last(self) -> Progress | None:
        return self._last

    async def step(self) -> bool:
        """Look how far they are and let what is next in line come; say whether all is over."""
        self._resume()
        progress = self._last = await self._books.progress()
        if progress is None:
            return False
        if self._left and self._share(progress) >= self._left[0].at and await self._strike(self._left[0]):
            self._left.pop(0)
            return False
        return progress.is_over and not self._left and not self._paused

    async def _strike(self, strike: Strike) -> bool:
        has_struck = await self._do(strike.fault)
        if has_struck and self._last is not None:
            self.chronicle.strikes.append(Struck(strike.fault, self._share(self._last), self._elapsed()))
        return has_struck

    def _share(self, progress: Progress) -> float:
        form = self._world.form
        return (progress.settled - form.settled_before) / form.renewals

    async def _do(self, fault: Fault) -> bool:
        world = self._world
        match fault:
            case Fault.WORKER_KILLED:
                return await world.kill_worker()
            case Fault.GATEWAY_KILLED:
                return await world.kill_gateway()
            case Fault.QUEUE_FLUSHED:
                await world.ground.flush()
                return True
            case Fault.DATABASE_KILLED:
                if world.ground.kill_database is None:
                    return True
                await world.ground.kill_database()
                return True
            case Fault.WORKER_PAUSED:
                return self._pause()

    def _pause(self) -> bool:
        worker = self._world.pause_worker()
        if worker is None:
            return False
        until = asyncio.get_running_loop().time() + self._world.form.lease_seconds + 2
        self._paused.append((until, worker))
        return True

    def _elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self._begun

    def _resume(self) -> None:
        now = asyncio.get_running_loop().time()
        for until, worker in [one for one in self._paused if one[0] <= now]:
            self._paused.remove((until, worker))
            self._world.resume_worker(worker)


@final
@dataclass(frozen=True, slots=True)
class Report:
    """The closing summary of a storm."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, storm: Storm, world: World, gateway: GatewayBook, verdict: object) -> "Report":
        chronicle, form = storm.chronicle, world.form
        plan = FaultPlan(
            timeout_before_rate=Fraction(form.timeout_before_rate),
            timeout_after_rate=Fraction(form.timeout_after_rate),
            seed=world.SEED,
        )
        deliveries = Counter(plan.delivery_of(reference) for reference in gateway.lines)
        events = Counter[str]()
        errors = Counter[str]()
        for line in world.logs():
            entry = _entry(line)
            events[f"{entry.get('event')} {entry.get('outcome', '')}".strip()] += 1
            if entry.get("event") == "job_failed":
                errors[str(entry.get("error")).partition("(")[0]] += 1
        found = sum(n for name, n in events.items() if name.startswith("pending_attempt") and "skipped" not in name)
        skipped = events["pending_attempt skipped"]
        subjects = "cases" if form.is_recovery else "renewals"
        return cls(
            (
                (
                    f"{form.renewals} {subjects}, {form.tenants} merchants, {form.workers} workers: "
                    f"{chronicle.seconds:.0f} s, {form.renewals / max(1, chronicle.seconds):.0f} a second"
                ),
                (
                    f"killed: {chronicle.count(Fault.WORKER_KILLED)} workers, {chronicle.count(Fault.GATEWAY_KILLED)} "
                    f"gateways, {chronicle.count(Fault.DATABASE_KILLED)} databases; queue flushed "
                    f"{chronicle.count(Fault.QUEUE_FLUSHED)} times; "
                    f"{chronicle.count(Fault.WORKER_PAUSED)} workers paused beyond their leases"
                ),
                f"timed out: {deliveries[Delivery.SILENT]} after they were taken, {deliveries[Delivery.LOST]} before",
                (
                    f"looked up: {found} pending attempts ({skipped} had been settled meanwhile); "
                    f"presented again: {gateway.presented_again}"
                ),
                f"jobs that failed and came back: {dict(errors.most_common(5))}",
                f"struck: {chronicle}",
                f"verdict: {verdict}",
            )
        )


def _entry(line: str) -> dict:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
