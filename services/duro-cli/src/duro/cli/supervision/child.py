import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import final

from duro.cli.supervision.readiness import ReadinessProbe
from duro.cli.supervision.rotating_log import RotatingLog
from duro.cli.supervision.unit import UnitStartError
from duro.embedded.death_signal import DeathSignal


@final
class ChildProcess:
    """One run of a child program; what it writes goes to its log until it is gone."""

    def __init__(self, process: asyncio.subprocess.Process, log: RotatingLog) -> None:
        self._process = process
        self._log = log
        self._pumping = asyncio.create_task(self._pump())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        return await self._process.wait()

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End its whole process group now."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    async def _pump(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        while chunk := await output.read(65_536):
            self._log.write(chunk)


@final
class ChildUnit:
    """A program of our own, run as a child that can't outlive the supervisor."""

    def __init__(
        self,
        *,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log_path: Path,
        probe: ReadinessProbe,
        drain_seconds: float = 10.0,
    ) -> None:
        self._name = name
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._log = RotatingLog(log_path)
        self._probe = probe
        self._drain_seconds = drain_seconds

    @property
    def name(self) -> str:
        return self._name

    @property
    def drain_seconds(self) -> float:
        return self._drain_seconds

    async def start(self) -> ChildProcess:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._arguments,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                process_group=0,
                preexec_fn=DeathSignal(signal.SIGKILL),
            )
        except OSError as error:
            raise UnitStartError(self._name, f"could not be started: {error}") from error
        return ChildProcess(process, self._log)

    async def is_ready(self) -> bool:
        return await self._probe.answers()

    def last_words(self) -> str:
        return self._log.tail()
