import os
import signal
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self, final

import redis.asyncio

from duro.db.pool import DatabasePool
from duro.db.role_urls import RoleUrls
from duro.testkit import ProcessRunner, RunningService, ServiceCommand
from storm.form import Form
from storm.population import Population


@final
@dataclass(frozen=True, slots=True)
class Ground:
    """The servers under a storm, and how the database is struck down."""

    admin_url: str
    redis_url: str
    kill_database: Callable[[], Awaitable[None]] | None = None

    async def flush(self) -> None:
        client = redis.asyncio.from_url(self.redis_url)
        try:
            await client.flushall()
        finally:
            await client.aclose()


@final
class World:
    """Everything that runs: one gateway and several workers, each a process that may be killed at any moment."""

    HERE: ClassVar[Path] = Path(__file__).parent.parent
    SEED: ClassVar[str] = "storm"

    def __init__(
        self, form: Form, ground: Ground, processes: ProcessRunner, *, folder: Path, sabotage: tuple[str, ...]
    ) -> None:
        self.form = form
        self.ground = ground
        self.processes = processes
        self.gateway_port = processes.free_port()
        self._folder = folder
        self._sabotage = sabotage
        self._gateway: RunningService | None = None
        self._workers: deque[RunningService] = deque()
        self._past: list[RunningService] = []

    @classmethod
    @asynccontextmanager
    async def inhabited(
        cls, form: Form, ground: Ground, *, folder: Path, sabotage: tuple[str, ...] = ()
    ) -> AsyncGenerator[tuple[Self, Population]]:
        """Write the population down and start everybody; all of it ends with the block."""
        population = Population.due_now(form)
        pool = await DatabasePool.open(ground.admin_url, min_size=0, max_size=4)
        try:
            await population.settle_in(pool)
        finally:
            await pool.close()
        async with ProcessRunner.open(folder) as processes:
            world = cls(form, ground, processes, folder=folder, sabotage=sabotage)
            await world.start_gateway()
            for _ in range(form.workers):
                await world.start_worker()
            yield world, population

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    async def start_gateway(self) -> None:
        form = self.form
        self._gateway = await self.processes.start(
            ServiceCommand(
                "duro.gateway_simulator",
                ("--port", str(self.gateway_port), "--database", str(self._folder / "gateway.db")),
                environment={
                    "GATEWAY_TIMEOUT_AFTER_RATE": form.timeout_after_rate,
                    "GATEWAY_TIMEOUT_BEFORE_RATE": form.timeout_before_rate,
                    "GATEWAY_LATENCY_MS": str(form.latency_milliseconds),
                    "GATEWAY_HOLD_MS": str(form.timeout_seconds * 2_000),
                    "GATEWAY_SEED": self.SEED,
                },
                health_url=f"{self.gateway_url}/health",
            )
        )

    async def start_worker(self) -> None:
        form, roles = self.form, RoleUrls.derive(self.ground.admin_url)
        module, words = ("storm.sabotage", self._sabotage) if self._sabotage else ("duro.billing_worker", ())
        worker = await self.processes.start(
            ServiceCommand(
                module,
                words,
                environment={
                    "PYTHONPATH": str(self.HERE),
                    "DURO_PROFILE": "development",
                    "DURO_TEST_DATABASE_URL": roles.test,
                    "DURO_LIVE_DATABASE_URL": roles.live,
                    "DURO_SWEEP_DATABASE_URL": roles.sweep,
                    "DURO_REDIS_URL": self.ground.redis_url,
                    "DURO_GATEWAY_URL": self.gateway_url,
                    "DURO_GATEWAY_TIMEOUT_SECONDS": str(form.timeout_seconds),
                    "DURO_LEASE_SECONDS": str(form.lease_seconds),
                    "DURO_SCAN_SECONDS": str(form.scan_seconds),
                    "DURO_DUNNING_SECONDS": str(form.scan_seconds),
                    "DURO_PENDING_SECONDS": "1",
                    "DURO_INCOMPLETE_SECONDS": "5",
                    "DURO_WORKER_CONCURRENCY": str(form.concurrency),
                    "DURO_WORKER_HEALTH_PORT": str(self.processes.free_port()),
                },
            )
        )
        self._workers.append(worker)

    async def kill_gateway(self) -> bool:
        if self._gateway is None:
            return False
        self._gateway.kill_outright()
        await self.start_gateway()
        return True

    async def kill_worker(self) -> bool:
        """Kill the one that works longest and start another; not yet, if it hasn't begun to work."""
        worker = self._next_worker()
        if worker is None:
            return False
        worker.kill_outright()
        self._past.append(worker)
        await self.start_worker()
        return True

    def pause_worker(self) -> RunningService | None:
        """Stop the one that works longest where it stands; it is out of reach until it is resumed."""
        worker = self._next_worker()
        if worker is not None:
            os.kill(worker.pid, signal.SIGSTOP)
        return worker

    def resume_worker(self, worker: RunningService) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGCONT)
        self._workers.append(worker)

    def logs(self) -> list[str]:
        """Give all lines that workers have written, dead or alive."""
        return [line for worker in (*self._past, *self._workers) for line in worker.log().splitlines()]

    def unexpected_ends(self) -> list[str]:
        """Give the last words of workers that ended though nobody had killed them."""
        return [worker.log(lines=20) for worker in self._workers if not worker.is_running]

    def _next_worker(self) -> RunningService | None:
        if self._workers and '"event": "working"' in self._workers[0].log():
            return self._workers.popleft()
        return None
