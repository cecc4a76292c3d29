"""How fast one worker process renews what is due, beside how fast PostgreSQL could write the same rows."""

import argparse
import asyncio
import json
from typing import Final

from harness.due import DueSubscriptions
from harness.pgbench import RenewalLimit
from harness.under_load import WorkerUnderLoad

from duro.db import DatabasePool, RoleUrls
from duro.db.migrator import Migrator
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.process_runner import ProcessRunner

_ACTIVITY: Final = """
select xact_commit as commits, tup_inserted + tup_updated + tup_deleted as rows
from pg_stat_database where datname = 'duro'"""

_SETTLED: Final = "vacuum analyze test.subscriptions, test.customers, test.payment_methods, test.events, core.tenants"


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
            rate, growth = await worker.work_off("duro_renewals", options.due, seconds=options.seconds)
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
