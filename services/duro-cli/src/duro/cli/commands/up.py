import asyncio
import logging
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from typing import Annotated, final

import typer
from rich.console import Console

from duro.cli.demo.stage import DemoStage
from duro.cli.folder_lock import FolderLock
from duro.cli.home import Home
from duro.cli.screen.terminal import Terminal
from duro.cli.stop_signals import StopSignals
from duro.cli.supervision.supervisor import Supervisor
from duro.cli.up_session import UpSession
from duro.kernel import Clock, IdFactory


@final
class UpCommand:
    """Runs everything on this machine until it is told to stop."""

    def __init__(
        self, *, home: Home, environ: Mapping[str, str], console: Console, clock: Clock, ids: IdFactory
    ) -> None:
        self._home = home
        self._environ = environ
        self._console = console
        self._clock = clock
        self._ids = ids

    def run(
        self,
        *,
        demo: Annotated[bool, typer.Option(help="Set up and show a demo merchant on first start.")] = True,
    ) -> None:
        """Start servers, API, worker and gateway simulator, and keep them running until Ctrl-C."""
        asyncio.run(self.execute(has_demo=demo))

    async def execute(self, *, has_demo: bool) -> None:
        """Return when all is stopped. Raise CommandError when the folder is in use or something can't be started."""
        self._home.prepare()
        lock = FolderLock.take(self._home.lock_path)
        own_log = self._own_log()
        try:
            await self._run_until_stopped(has_demo=has_demo)
        finally:
            logging.getLogger().removeHandler(own_log)
            own_log.close()
            self._home.running_path.unlink(missing_ok=True)
            lock.release()

    def _own_log(self) -> logging.Handler:
        """Send what libraries of this process log to a bounded file, so that the picture stays whole."""
        handler = RotatingFileHandler(self._home.logs / "supervisor.log", maxBytes=2_000_000, backupCount=2)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        return handler

    async def _run_until_stopped(self, *, has_demo: bool) -> None:
        terminal = Terminal(console=self._console, clock=self._clock)
        supervisor = Supervisor(clock=self._clock, announcer=terminal)
        may_demo = has_demo and self._environ.get("DURO_PROFILE", "development") == "development"
        stage = DemoStage(home=self._home, clock=self._clock, ids=self._ids) if may_demo else None
        session = UpSession(
            home=self._home, environ=self._environ, supervisor=supervisor, terminal=terminal, stage=stage
        )
        running = asyncio.ensure_future(session.run())
        with StopSignals(on_first=running.cancel, on_second=supervisor.hurry):
            try:
                await asyncio.wait({running})
            finally:
                terminal.close()
                terminal.tell("stopping: what has begun may finish (Ctrl-C again: now)")
                await supervisor.drain()
                terminal.tell("stopped")
        if not running.cancelled():
            running.result()
