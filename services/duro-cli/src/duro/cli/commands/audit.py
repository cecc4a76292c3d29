import asyncio
from typing import Annotated, final

import typer
from rich.console import Console
from rich.table import Table

from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.cli.reconciliation.gateway_ledger import GatewayLedger
from duro.cli.reconciliation.reconciler import Reconciler
from duro.db.audit import Audit
from duro.db.pool import DatabasePool
from duro.kernel import Clock, Mode


class NothingToAuditError(CommandError):
    """The database can't be read or has no tables of ours."""


@final
class AuditCommand:
    """Looks for broken promises in the database, and between it and the gateway."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock) -> None:
        self._access = access
        self._console = console
        self._clock = clock

    def run(
        self,
        *,
        gateway: Annotated[str | None, typer.Option(help="Also compare with the ledger of this gateway (URL).")] = None,
    ) -> None:
        """Check every invariant of the books; exit status 1 when one is broken. Nothing is written."""
        raise typer.Exit(asyncio.run(self.execute(gateway=gateway)))

    async def execute(self, *, gateway: str | None) -> int:
        """Return 0 when everything holds, else 1."""
        async with self._access.pool(NothingToAuditError, "There is nothing to audit", size=2) as pool:
            rows = await self._books(pool)
            if gateway is not None:
                rows += await self._against(gateway, pool)
        return self._conclude(rows)

    async def _books(self, pool: DatabasePool) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for mode in Mode:
            report = await Audit(pool).run(mode)
            rows += [
                (mode.value, finding.check.value, str(finding.tenant), finding.detail) for finding in report.findings
            ]
            self._say(f"{mode.value}: {report.tenants} merchants, {len(report.findings)} findings")
        return rows

    async def _against(self, gateway: str, pool: DatabasePool) -> list[tuple[str, ...]]:
        reconciler = Reconciler(pool=pool, ledger=GatewayLedger(gateway), clock=self._clock)
        result = await reconciler.reconcile()
        self._say(
            f"gateway: {result.charges} charges compared, {result.in_flight} still in flight, "
            f"{len(result.mismatches)} mismatches"
        )
        return [("gateway", mismatch.kind.value, mismatch.reference, mismatch.detail) for mismatch in result.mismatches]

    def _conclude(self, rows: list[tuple[str, ...]]) -> int:
        if not rows:
            self._say("clean")
            return 0
        table = Table(title="findings", title_justify="left")
        for heading in ("book", "check", "whose", "what"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)
        self._say(f"{len(rows)} findings")
        return 1

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
