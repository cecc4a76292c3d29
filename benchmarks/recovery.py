"""How fast one worker process works off recovery cases that are due, beside how fast it renews on the same machine."""

import argparse
import asyncio
import json
from typing import Final

from harness.due import DueSubscriptions
from harness.under_load import WorkerUnderLoad

from duro.db import DatabasePool, RoleUrls
from duro.db.migrator import Migrator
from duro.testkit.declined_renewals import DeclinedRenewals
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.process_runner import ProcessRunner

_SETTLED: Final = "vacuum analyze"
_RECOVERED: Final = "select count(*) from test.dunning_schedules where state = 'recovered'"


async def measure(options: argparse.Namespace, *, counter: str) -> tuple[float, float]:
    """Seed a database of its own, and give the rate at which a worker gets through it, and what share was recovered."""
    async with EmbeddedServers.running() as servers:
        admin_url = servers.postgres.admin_url()
        await Migrator(admin_url).upgrade()
        pool = await DatabasePool.open(admin_url, max_size=4)
        await DueSubscriptions(pool).seed(tenants=options.tenants, due=options.cases)
        is_recovery = counter == "duro_recovery_cases"
        if is_recovery:
            await DeclinedRenewals(pool).make()
        async with pool.acquire() as connection:
            await connection.execute(_SETTLED)
            await connection.execute("checkpoint")
        worker = WorkerUnderLoad.start(
            RoleUrls.derive(admin_url),
            servers.valkey.url(),
            concurrency=options.concurrency,
            port=ProcessRunner.free_port(),
        )
        try:
            rate, _ = await worker.work_off(counter, options.cases, seconds=options.seconds)
        finally:
            worker.stop()
        async with pool.acquire() as connection:
            done = await connection.fetchval(_RECOVERED)
        await pool.close()
    return rate, done / options.cases


async def run(options: argparse.Namespace) -> dict[str, float]:
    cases, recovered = await measure(options, counter="duro_recovery_cases")
    renewals, _ = await measure(options, counter="duro_renewals")
    return {
        "cases": options.cases,
        "cases_per_second": round(cases, 1),
        "recovered": round(recovered, 3),
        "renewals_per_second": round(renewals, 1),
        "share_of_renewals": round(cases / renewals, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--concurrency", type=int, default=50)
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
