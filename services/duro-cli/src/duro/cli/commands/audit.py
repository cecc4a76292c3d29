from typing import final

from rich.console import Console

from duro.cli.database_access import DatabaseAccess
from duro.kernel import Clock


@final
class AuditCommand:
    """Looks for broken promises in the database, and between it and the gateway."""

    def __init__(self, *, access: DatabaseAccess, console: Console, clock: Clock) -> None:
        self._access = access
        self._console = console
        self._clock = clock

    def run(self) -> None:
        """To be written."""
