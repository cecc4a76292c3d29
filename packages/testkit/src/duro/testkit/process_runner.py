import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import final

from duro.embedded import Account, Launch, ServerProcess
from duro.testkit.running_service import RunningService
from duro.testkit.service_command import ServiceCommand


@final
class ProcessRunner:
    """Starts services as processes of their own; none outlives the test, nor a test run that is killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[RunningService] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncGenerator["ProcessRunner"]:
        """Keep logs in this folder, and kill at the end whatever still runs."""
        runner = cls(folder)
        try:
            yield runner
        finally:
            for service in runner._started:
                service.kill_outright()

    @staticmethod
    def free_port() -> int:
        """Name a port of the loopback address that nobody has now."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    async def start(self, command: ServiceCommand) -> RunningService:
        """Start a service, with none of this process's own DURO_ settings, and wait until it is well.

        Raise ServiceEndedError when it ends instead, DeadlineMissedError when it isn't well in time.
        """
        log = self._folder / f"{len(self._started):02d}-{command.module}.log"
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            process = ServerProcess.launch(
                Launch(
                    command=(sys.executable, "-u", "-m", command.module, *command.arguments),
                    account=Account.current(),
                    log=descriptor,
                    holds=(),
                    death_signal=signal.SIGKILL,
                    environment={**self._inherited(), **command.environment},
                )
            )
        finally:
            os.close(descriptor)
        service = RunningService(process, module=command.module, log=log)
        self._started.append(service)
        if command.health_url is not None:
            await service.until_healthy(command.health_url, seconds=command.start_seconds)
        return service

    @staticmethod
    def _inherited() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("DURO_")}
