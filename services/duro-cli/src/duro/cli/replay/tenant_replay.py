import json
from collections.abc import Sequence
from typing import final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from whenever import TimeDelta

from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.cli.replay.merchant_past import MerchantPast
from duro.cli.screen.sheet_view import SheetView
from duro.db.charge_history import ChargeHistory, PastCharge
from duro.kernel import Clock, MalformedIdError, Mode, TenantId
from duro.payments import FailureCodes
from duro.simulator.replay.past import Past
from duro.simulator.replay.replay_report import ReplayReport
from duro.simulator.timeline import Timeline


class NothingToReplayError(CommandError):
    """There is no such merchant, or nothing that it could be told."""


@final
class TenantReplay:
    """Works a merchant's own failures anew with other policies, as far as what really happened can tell."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock) -> None:
        self._access = access
        self._console = console
        self._clock = clock

    async def execute(self, tenant: str, *, mode: Mode, months: int, policies: Sequence[str]) -> str:
        """Show what each policy had brought back, at least and at most, and return it as one line of JSON."""
        charges = await self._read(self._tenant_id(tenant), mode=mode, months=months)
        pasts = MerchantPast(charges, FailureCodes.bundled()).by_currency()
        if not pasts:
            message = f"No charge of {tenant} failed in the last {months} months of mode {mode.value}."
            raise NothingToReplayError(message)
        reports = [self._replay(past, policies) for past in pasts]
        for report in reports:
            for sheet in report.sheets():
                self._console.print(SheetView(sheet).fitting(self._console.width), "")
            self._say(report.made_of)
        self._say("What can't be known of it:")
        for sentence in ReplayReport.UNKNOWABLE:
            self._say(f"- {sentence}")
        found = [report.as_json() for report in reports]
        return json.dumps(
            {"from_tenant": tenant, "mode": mode.value, "currencies": found, "policies": found[0]["policies"]}
        )

    async def _read(self, tenant_id: TenantId, *, mode: Mode, months: int) -> Sequence[PastCharge]:
        since = max(self._clock.now() - TimeDelta(hours=24 * 30 * months), Timeline.START)
        async with self._access.pool(NothingToReplayError, "There is nothing to replay") as pool:
            charges = await ChargeHistory(pool, tenant_id=tenant_id, mode=mode).since(since)
        if charges is None:
            message = f"There is no merchant {tenant_id}."
            raise NothingToReplayError(message)
        return charges

    def _replay(self, past: Past, policies: Sequence[str]) -> ReplayReport:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("beginning", total=len(policies))
            return ReplayReport.of(
                past, policies, lambda done: progress.update(task, advance=1, description=f"done: {done}")
            )

    @staticmethod
    def _tenant_id(text: str) -> TenantId:
        try:
            return TenantId.parse(text)
        except MalformedIdError as error:
            raise NothingToReplayError(str(error)) from error

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)
