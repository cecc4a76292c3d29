"""How fast the API starts and shows subscriptions: alone, beside a busy worker, and while the provider hangs."""

import argparse
import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, final

import httpx
from harness.due import DueSubscriptions
from harness.pgbench import Pgbench
from harness.traffic import Measured, Server, Traffic

from duro.db import DatabasePool, RoleUrls
from duro.db.migrator import Migrator
from duro.testkit.deadline import Deadline
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.service_command import ServiceCommand

_CHARGED: Final = re.compile(r'^duro_renewals_total\{mode="test",outcome="charged"\} ([0-9.e+]+)', re.MULTILINE)
_PENDING: Final = "select count(*) from test.payment_attempts where status = 'pending'"
_DUE: Final = "select count(*) from test.subscriptions where status = 'active' and current_period_end <= now()"
_ACTS: Final = ("get", "list", "trial")


@final
@dataclass(frozen=True, slots=True)
class Street:
    """Every process of the benchmark: two APIs over one database, one whose provider answers and one whose hangs."""

    processes: ProcessRunner
    pool: DatabasePool
    environment: Mapping[str, str]
    answering: int
    hanging: int

    @classmethod
    async def opened(cls, servers: EmbeddedServers, pool: DatabasePool, stack: AsyncExitStack) -> "Street":
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duro-benchmark-")))
        processes = await stack.enter_async_context(ProcessRunner.open(folder))
        urls = RoleUrls.derive(servers.postgres.admin_url())
        environment = {
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": urls.test,
            "DURO_LIVE_DATABASE_URL": urls.live,
            "DURO_SWEEP_DATABASE_URL": urls.sweep,
            "DURO_REDIS_URL": servers.valkey.url(),
            **dict.fromkeys(("DURO_KEY_RATE", "DURO_ADDRESS_RATE"), "10000"),
            **dict.fromkeys(("DURO_KEY_BURST", "DURO_ADDRESS_BURST"), "100000"),
            "DURO_SCAN_SECONDS": "2",
            "DURO_PENDING_SECONDS": "3600",
            "DURO_INCOMPLETE_SECONDS": "86400",
            "DURO_MESSAGES_SECONDS": "3600",
        }
        ports = []
        for name, flags in (("answering", ()), ("hanging", ("--hang", "1"))):
            gateway, port = processes.free_port(), processes.free_port()
            ledger = ("--port", str(gateway), "--database", str(folder / f"{name}.db"), *flags)
            health = f"http://127.0.0.1:{gateway}/health"
            await processes.start(ServiceCommand("duro.gateway_simulator", ledger, health_url=health))
            environment["DURO_GATEWAY_URL"] = f"http://127.0.0.1:{gateway}"
            api = {**environment, "DURO_PUBLIC_API_PORT": str(port)}
            health = f"http://127.0.0.1:{port}/health/ready"
            await processes.start(ServiceCommand("duro.public_api", environment=api, health_url=health))
            ports.append((port, environment["DURO_GATEWAY_URL"]))
        environment["DURO_GATEWAY_URL"] = ports[0][1]
        return cls(processes, pool, environment, ports[0][0], ports[1][0])

    @asynccontextmanager
    async def busy_worker(self) -> AsyncIterator[int]:
        """Let a billing worker renew what is due for as long as the context is open; give its health port."""
        port = self.processes.free_port()
        environment = {**self.environment, "DURO_WORKER_HEALTH_PORT": str(port)}
        health = f"http://127.0.0.1:{port}/health/ready"
        worker = await self.processes.start(
            ServiceCommand("duro.billing_worker", environment=environment, health_url=health)
        )
        await Deadline(60).until(lambda: self.charged(port), "a renewal")
        yield port
        if not await self.count(_DUE):
            message = "The worker ran out of work: seed more with --due."
            raise AssertionError(message)
        await worker.terminate()

    @staticmethod
    async def charged(port: int) -> int:
        """Ask a worker how many renewals it has charged."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics", timeout=10)).text
        found = _CHARGED.search(text)
        return int(float(found[1])) if found else 0

    async def count(self, statement: str) -> int:
        async with self.pool.acquire() as connection:
            return await connection.fetchval(statement)


@final
class Rounds:
    """Measures the same requests under one condition after another, several times over."""

    def __init__(self, street: Street, traffic: Traffic, options: argparse.Namespace) -> None:
        self._street = street
        self._traffic = traffic
        self._options = options
        self._taken: dict[str, list[Measured]] = {}
        self._renewals: list[float] = []

    async def run(self) -> None:
        for _ in range(self._options.rounds):
            await self._measure("", self._street.answering, ("live", *_ACTS, "start"))
            await self._while_the_worker_is_busy()
            await self._while_the_provider_hangs()

    async def _while_the_worker_is_busy(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._street.busy_worker() as port:
            before, began = await self._street.charged(port), loop.time()
            await self._measure("busy_", self._street.answering, _ACTS)
            self._renewals.append((await self._street.charged(port) - before) / (loop.time() - began))

    async def _while_the_provider_hangs(self) -> None:
        """So many starts wait for their charge, ten seconds each, on the very server that is measured."""
        count, window = self._options.hanging, self._options.window
        for act in _ACTS:
            await self._measure("beside_", self._street.hanging, (act,))
            wanted = await self._street.count(_PENDING) + count

            async def are_waiting(wanted: int = wanted) -> bool:
                return await self._street.count(_PENDING) >= wanted

            server, starts = self._server(self._street.hanging), self._traffic.requests["start"]
            async with server.holding(starts, count=count, least_seconds=window + 1):
                await Deadline(60).until(are_waiting, "every charge hanging")
                await self._measure("hanging_", self._street.hanging, (act,))

    async def _measure(self, condition: str, port: int, acts: tuple[str, ...]) -> None:
        for act in acts:
            measured = await self._server(port).measure(self._traffic.requests[act])
            self._taken.setdefault(f"{condition}{act}", []).append(measured)

    def _server(self, port: int) -> Server:
        return Server(port, self._options.connections, self._options.window)

    def figures(self) -> dict[str, float]:
        """Give the medians over the rounds."""
        figures = {}
        for name, taken in self._taken.items():
            figures[f"{name}_per_second"] = round(median(each.per_second for each in taken), 1)
            figures[f"{name}_p50_ms"] = round(median(each.p50_ms for each in taken), 2)
            figures[f"{name}_p99_ms"] = round(median(each.p99_ms for each in taken), 2)
        for act in _ACTS:
            figures[f"hanging_{act}_p99_growth"] = self._growth(f"beside_{act}", f"hanging_{act}")
            figures[f"busy_{act}_p99_growth"] = self._growth(act, f"busy_{act}")
        return {**figures, "busy_renewals_per_second": round(median(self._renewals), 1)}

    def _growth(self, quiet: str, disturbed: str) -> float:
        """Compare the p99 of each round with the p99 just before, and give the median ratio."""
        pairs = zip(self._taken[quiet], self._taken[disturbed], strict=True)
        return round(median(after.p99_ms / before.p99_ms for before, after in pairs), 3)


async def limits(pgbench: Pgbench, figures: Mapping[str, float]) -> dict[str, float]:
    """Say which share of two limits each request reaches: the same HTTP server's empty answer, and pgbench."""
    await pgbench.prepare()
    found: dict[str, float] = {}
    for act in ("get", "list", "start"):
        limit, rate = pgbench.measure(act), figures[f"{act}_per_second"]
        found[f"{act}_limit_per_second"] = round(limit, 1)
        found[f"{act}_share_of_database"] = round(rate / limit, 3)
        found[f"{act}_share_of_http"] = round(rate / figures["live_per_second"], 3)
    return found


async def run(options: argparse.Namespace) -> dict[str, float]:
    async with (
        EmbeddedServers.running() as servers,
        asyncio.timeout(options.seconds),
        AsyncExitStack() as stack,
    ):
        admin_url = servers.postgres.admin_url()
        await Migrator(admin_url).upgrade()
        pool = await DatabasePool.open(admin_url, max_size=4)
        stack.push_async_callback(pool.close)
        tenants = await DueSubscriptions(pool).seed(
            tenants=options.tenants, due=options.due, resting=options.tenants * 40
        )
        async with pool.acquire() as connection:
            await connection.execute("vacuum analyze")
            await connection.execute("checkpoint")
        street = await Street.opened(servers, pool, stack)
        rounds = Rounds(street, await Traffic.of(pool, tenants), options)
        await rounds.run()
        figures = rounds.figures()
        pgbench = Pgbench(servers.postgres, pool, clients=options.connections, seconds=round(options.window))
        return {**figures, **await limits(pgbench, figures)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=30_000, help="what the worker is kept busy with")
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--connections", type=int, default=8, help="requests at once")
    parser.add_argument("--hanging", type=int, default=50, help="starts that wait for a provider that hangs")
    parser.add_argument("--window", type=float, default=4, help="seconds of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=900, help="give up after this long")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = asyncio.run(run(options))
    for name, value in figures.items():
        print(f"{name:32} {value:>12,}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
