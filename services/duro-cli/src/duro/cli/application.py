from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, final

import typer
from rich.console import Console

from duro.cli.commands.audit import AuditCommand
from duro.cli.commands.doctor import DoctorCommand
from duro.cli.commands.gateway_simulator import GatewaySimulatorCommand
from duro.cli.commands.migrate import MigrateCommand
from duro.cli.commands.money import MoneyCommand
from duro.cli.commands.notices import NoticesCommand
from duro.cli.commands.paydays import PaydaysCommand
from duro.cli.commands.reviews import ReviewsCommand
from duro.cli.commands.seed import SeedCommand
from duro.cli.commands.simulate import SimulateCommand
from duro.cli.commands.tenants import TenantsCommand
from duro.cli.commands.test import TestCommand
from duro.cli.commands.up import UpCommand
from duro.cli.database_access import DatabaseAccess
from duro.cli.errors import CommandError
from duro.cli.home import Home
from duro.cli.replay.tenant_replay import TenantReplay
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.embedded import EmbeddedServerError

_PASSED_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True}


@final
class DuroApplication:
    """The `duro` command: every subcommand with what it needs."""

    def __init__(self, *, environ: Mapping[str, str], folder: Path, console: Console) -> None:
        self._environ = environ
        self._console = console
        self._home = Home.find(environ, start=folder, installed_at=Path(__file__))
        self._access = DatabaseAccess(home=self._home, environ=environ)
        self._clock = SystemClock()
        self._ids = Uuid7IdFactory(self._clock)

    def run(self, words: Sequence[str]) -> int:
        """Do what the words say and return the exit status; what can't be done is said in one line."""
        try:
            self._typer()(list(words), prog_name="duro")
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
        except (CommandError, EmbeddedServerError) as error:
            self._console.print(f"duro: {error}", style="red", highlight=False, soft_wrap=True, markup=False)
            return 1
        return 0

    def _typer(self) -> typer.Typer:
        application = typer.Typer(
            help="Recovery-first subscription billing.",
            no_args_is_help=True,
            add_completion=False,
            pretty_exceptions_show_locals=False,
        )
        for name, callback in self._commands().items():
            application.command(name)(callback)
        application.add_typer(self._paydays(), name="paydays")
        application.add_typer(self._tenants(), name="tenants")
        for name, callback in self._passing_on().items():
            application.command(name, context_settings=_PASSED_ON, add_help_option=False)(callback)
        return application

    def _commands(self) -> dict[str, Callable[..., None]]:
        home, environ, console = self._home, self._environ, self._console
        return {
            "up": UpCommand(home=home, environ=environ, console=console, clock=self._clock, ids=self._ids).run,
            "migrate": MigrateCommand(home=home, access=self._access, console=console).run,
            "seed": SeedCommand(
                home=home,
                environ=environ,
                access=self._access,
                console=console,
                clock=self._clock,
                ids=self._ids,
            ).run,
            "audit": AuditCommand(access=self._access, console=console, clock=self._clock).run,
            "notices": NoticesCommand(
                home=home, environ=environ, access=self._access, console=console, clock=self._clock, ids=self._ids
            ).run,
            "money": MoneyCommand(access=self._access, console=console, clock=self._clock, ids=self._ids).run,
            "reviews": ReviewsCommand(access=self._access, console=console, clock=self._clock, ids=self._ids).run,
            "simulate": SimulateCommand(
                console=console,
                replay=TenantReplay(access=self._access, console=console, clock=self._clock),
            ).run,
            "doctor": DoctorCommand(home=home, environ=environ, console=console).run,
        }

    def _paydays(self) -> typer.Typer:
        paydays = typer.Typer(help="What was learned of when payers have money.", no_args_is_help=True)
        command = PaydaysCommand(access=self._access, console=self._console, clock=self._clock, ids=self._ids)
        paydays.command("rebuild")(command.rebuild)
        return paydays

    def _tenants(self) -> typer.Typer:
        tenants = typer.Typer(help="Whether merchants may act.", no_args_is_help=True)
        command = TenantsCommand(access=self._access, console=self._console, clock=self._clock)
        tenants.command("suspend")(command.suspend)
        tenants.command("resume")(command.resume)
        return tenants

    def _passing_on(self) -> dict[str, Callable[..., None]]:
        test = TestCommand(home=self._home, environ=self._environ, console=self._console)
        return {"test": test.run, "gateway-simulator": GatewaySimulatorCommand().run}
