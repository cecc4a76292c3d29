import asyncio
from collections.abc import Mapping
from typing import final

import typer
from rich.console import Console

from duro.cli.examination import Examination
from duro.cli.home import Home


@final
class DoctorCommand:
    """Says what was found on this machine and what is in the way."""

    def __init__(self, *, home: Home, environ: Mapping[str, str], console: Console) -> None:
        self._home = home
        self._environ = environ
        self._console = console

    def run(self) -> None:
        """Look at everything `duro up` needs; exit status 1 when something is in the way."""
        raise typer.Exit(asyncio.run(self.execute()))

    async def execute(self) -> int:
        is_well = True
        async for finding in Examination(home=self._home, environ=self._environ).findings():
            mark = "[green]ok[/green]" if finding.is_well else "[red]no[/red]"
            self._console.print(f"{mark}  {finding.what:<12}", end="")
            self._console.print(finding.found, highlight=False, soft_wrap=True, markup=False)
            is_well = is_well and finding.is_well
        return 0 if is_well else 1
