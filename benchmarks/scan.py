"""How long it takes to find 1,000 subscriptions, or recovery cases, that are due among more and more that are not.

Beside it, how long it takes to read 1,000 ids.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Final, final

from harness.due import DueSubscriptions

from duro.crypto import SystemClock
from duro.db import DatabasePool, RoleUrls
from duro.db.migrator import Migrator
from duro.db.sweeps import Sweeps
from duro.kernel import Mode
from duro.testkit.declined_renewals import DeclinedRenewals
from duro.testkit.embedded_servers import EmbeddedServers

_RANGE: Final = "select tenant_id, id from test.subscriptions order by tenant_id, id limit $1"


@final
@dataclass(frozen=True, slots=True)
class Crowd:
    """A database of so many subscriptions, the same number of them due, as the scanners reach it.

    Or each of them has an open recovery case, and so many of these are due.
    """

    of: str
    size: int
    due: int
    pool: DatabasePool

    @classmethod
    async def seeded(cls, admin_url: str, *, of: str, size: int, due: int, tenants: int) -> "Crowd":
        await Migrator(admin_url).upgrade()
        admin = await DatabasePool.open(admin_url, max_size=2)
        try:
            await DueSubscriptions(admin).seed(tenants=tenants, due=due, resting=size - due)
            if of == "cases":
                await DeclinedRenewals(admin).make(resting=1 - due / size)
            async with admin.acquire() as connection:
                await connection.execute("vacuum analyze")
                await connection.execute("checkpoint")
        finally:
            await admin.close()
        return cls(of, size, due, await DatabasePool.open(RoleUrls.derive(admin_url).sweep, min_size=1, max_size=1))

    async def scan(self) -> None:
        """Find everything that is due, as the worker's scanner does."""
        sweeps = Sweeps(self.pool)
        find = sweeps.due_cases if self.of == "cases" else sweeps.due_subscriptions
        found = await find(Mode.TEST, SystemClock().now())
        assert len(found) == self.due

    async def lag(self) -> None:
        """Ask for the oldest of what is due, as the worker's metrics do."""
        assert (await Sweeps(self.pool).oldest_due_lag(Mode.TEST, SystemClock().now())).total("hours") > 0

    async def read_range(self) -> None:
        """Read as many ids in a row off the primary key: nothing that finds so many can take less."""
        async with self.pool.acquire() as connection:
            assert len(await connection.fetch(_RANGE, self.due)) == self.due


@final
class Stopwatch:
    """Takes the same measurements of every crowd in turn, so that what else the machine does falls on all alike."""

    def __init__(self, crowds: list[Crowd], *, runs: int) -> None:
        self._crowds = crowds
        self._runs = runs

    async def medians(self, act: Callable[[Crowd], Awaitable[None]]) -> list[float]:
        """Give the median of each crowd in milliseconds, after a tenth of the runs to warm up."""
        taken: list[list[float]] = [[] for _ in self._crowds]
        for run in range(-self._runs // 10, self._runs):
            for crowd, times in zip(self._crowds, taken, strict=True):
                started = time.perf_counter()
                await act(crowd)
                if run >= 0:
                    times.append((time.perf_counter() - started) * 1_000)
        return [median(times) for times in taken]


async def run(options: argparse.Namespace) -> dict[str, float]:
    async with (
        EmbeddedServers.running(is_durable=False) as servers,
        asyncio.timeout(options.seconds),
        AsyncExitStack() as stack,
    ):
        admin = await DatabasePool.open(servers.postgres.admin_url("postgres"), max_size=1)
        stack.push_async_callback(admin.close)
        crowds = []
        for size in options.sizes:
            async with admin.acquire() as connection:
                await connection.execute(f"create database crowd_{size}")
            url = servers.postgres.admin_url(f"crowd_{size}")
            crowds.append(await Crowd.seeded(url, of=options.of, size=size, due=options.due, tenants=options.tenants))
            stack.push_async_callback(crowds[-1].pool.close)
        stopwatch = Stopwatch(crowds, runs=options.runs)
        scans, limits = [await stopwatch.medians(act) for act in (Crowd.scan, Crowd.read_range)]
        lags = await stopwatch.medians(Crowd.lag) if options.of == "renewals" else []
    return {
        "growth": round(scans[-1] / scans[0], 3),
        **{f"scan_ms_{size}": round(value, 3) for size, value in zip(options.sizes, scans, strict=True)},
        **{f"limit_ms_{size}": round(value, 3) for size, value in zip(options.sizes, limits, strict=True)},
        "share_of_limit": round(limits[-1] / scans[-1], 3),
        **(
            {"lag_growth": round(lags[-1] / lags[0], 3), f"lag_ms_{options.sizes[-1]}": round(lags[-1], 3)}
            if lags
            else {}
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", choices=["renewals", "cases"], default="renewals", help="what is due")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="ascending")
    parser.add_argument("--due", type=int, default=1_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=1_800, help="give up after this long")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = asyncio.run(run(options))
    for name, value in figures.items():
        print(f"{name:24} {value:>12,}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
