"""How fast one worker process renews what is due, beside how fast PostgreSQL could write the same rows."""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Final, final

import httpx
import psutil
from harness.due import DueSubscriptions
from harness.pgbench import RenewalLimit

from duro.db import DatabasePool, RoleUrls
from duro.db.migrator import Migrator
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.process_runner import ProcessRunner

_CHARGED: Final = re.compile(r'^duro_renewals_total\{mode="test",outcome="charged"\} ([0-9.e+]+)', re.MULTILINE)
_ACTIVITY: Final = """
select xact_commit as commits, tup_inserted + tup_updated + tup_deleted as rows
from pg_stat_database where datname = 'duro'"""

_SETTLED: Final = "vacuum analyze test.subscriptions, test.customers, test.payment_methods, test.events, core.tenants"


@final
class WorkerUnderLoad:
    """One billing worker in a process of its own, watched through its metrics."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._port = port

    @classmethod
    def start(cls, urls: RoleUrls, redis_url: str, *, concurrency: int, port: int) -> "WorkerUnderLoad":
        environment = {
            **os.environ,
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": urls.test,
            "DURO_LIVE_DATABASE_URL": urls.live,
            "DURO_SWEEP_DATABASE_URL": urls.sweep,
            "DURO_REDIS_URL": redis_url,
            "DURO_GATEWAY_URL": "http://127.0.0.1:1",
            "DURO_WORKER_CONCURRENCY": str(concurrency),
            "DURO_WORKER_HEALTH_PORT": str(port),
        }
        script = Path(__file__).with_name("harness") / "worker.py"
        process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.DEVNULL)
        return cls(process, port)

    async def renew(self, due: int, *, seconds: float) -> tuple[float, float]:
        """Wait until everything due is renewed; give renewals per second and the growth of memory after 20 %."""
        loop, memory = asyncio.get_running_loop(), psutil.Process(self._process.pid)
        first: tuple[float, int] | None = None
        early: list[int] = []
        deadline = loop.time() + seconds
        async with httpx.AsyncClient() as client:
            while loop.time() < deadline:
                done, now = await self._charged(client), loop.time()
                if done and first is None:
                    first = (now, done)
                if 0.15 * due <= done <= 0.30 * due:
                    early.append(memory.memory_info().rss)
                if done >= due and first is not None:
                    rate = (done - first[1]) / (now - first[0])
                    return rate, memory.memory_info().rss / (median(early) if early else 1) - 1
                await asyncio.sleep(0.2)
        message = "The worker didn't renew everything in time."
        raise TimeoutError(message)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)

    async def _charged(self, client: httpx.AsyncClient) -> int:
        try:
            text = (await client.get(f"http://127.0.0.1:{self._port}/metrics", timeout=5)).text
        except httpx.TransportError:
            return 0
        found = _CHARGED.search(text)
        return int(float(found[1])) if found else 0


async def activity(pool: DatabasePool) -> tuple[int, int]:
    async with pool.acquire() as connection:
        await connection.execute("select pg_stat_force_next_flush()")
        row = await connection.fetchrow(_ACTIVITY)
    return row["commits"], row["rows"]


async def run(options: argparse.Namespace) -> dict[str, float]:
    async with EmbeddedServers.running() as servers:
        admin_url = servers.postgres.admin_url()
        await Migrator(admin_url).upgrade()
        pool = await DatabasePool.open(admin_url, max_size=4)
        await DueSubscriptions(pool).seed(tenants=options.tenants, due=options.due)
        async with pool.acquire() as connection:
            await connection.execute(_SETTLED)
            await connection.execute("checkpoint")
        before = await activity(pool)
        worker = WorkerUnderLoad.start(
            RoleUrls.derive(admin_url),
            servers.valkey.url(),
            concurrency=options.concurrency,
            port=ProcessRunner.free_port(),
        )
        try:
            rate, growth = await worker.renew(options.due, seconds=options.seconds)
        finally:
            worker.stop()
        after = await activity(pool)
        async with pool.acquire() as connection:
            paid = await connection.fetchval("select count(*) from test.invoices where status = 'paid'")
        limit = await RenewalLimit(
            servers.postgres, pool, clients=options.clients, seconds=options.limit_seconds
        ).measure()
        await pool.close()
    return {
        "renewals": paid,
        "renewals_per_second": round(rate, 1),
        "commits_per_renewal": round((after[0] - before[0]) / paid, 3),
        "rows_per_renewal": round((after[1] - before[1]) / paid, 2),
        "limit_per_second": round(limit, 1),
        "share_of_limit": round(rate / limit, 3),
        "rss_growth": round(growth, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=20_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--clients", type=int, default=10, help="connections of pgbench")
    parser.add_argument("--limit-seconds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=300, help="give up after this long")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = asyncio.run(run(options))
    for name, value in figures.items():
        print(f"{name:24} {value:>12,}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
