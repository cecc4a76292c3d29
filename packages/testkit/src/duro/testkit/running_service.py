import signal
from pathlib import Path
from typing import ClassVar, final

import httpx

from duro.embedded import Insistence, ServerProcess
from duro.testkit.deadline import Deadline


class ServiceEndedError(AssertionError):
    """A service ended while a test needed it."""

    def __init__(self, module: str, *, status: int | None, log: str) -> None:
        super().__init__(f"{module} ended with {status}. The end of its log:\n{log}")


@final
class RunningService:
    """A service in a process of its own, with everything it has written."""

    _ASK_SECONDS: ClassVar[float] = 2

    def __init__(self, process: ServerProcess, *, module: str, log: Path) -> None:
        self._process = process
        self._module = module
        self._log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    @property
    def status(self) -> int | None:
        """Give the exit status, or None while it runs; a signal is its negative number."""
        return self._process.status

    def log(self, *, lines: int = 10_000) -> str:
        """Read the last lines of what it has written to either output."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    async def until_healthy(self, url: str, *, seconds: float) -> None:
        """Wait for a 200 from its health page. Raise ServiceEndedError, with its log, if it ends instead."""
        async with httpx.AsyncClient(timeout=self._ASK_SECONDS) as client:

            async def is_healthy() -> bool:
                if not self.is_running:
                    raise ServiceEndedError(self._module, status=self.status, log=self.log(lines=40))
                try:
                    return (await client.get(url)).is_success
                except httpx.TransportError:
                    return False

            await Deadline(seconds).until(is_healthy, f"{self._module} answering at {url}")

    async def until_logged(self, text: str, *, seconds: float = 10) -> None:
        """Wait until it has written this text."""
        await Deadline(seconds).until(lambda: text in self.log(), f"{self._module} writing {text!r}")

    def kill_outright(self) -> None:
        """Kill it as a crash would (-9), and wait until it has gone."""
        self._process.kill()

    async def terminate(self, *, seconds: float = 30) -> int:
        """Ask it to end (SIGTERM) and give its exit status, -9 when it took too long."""
        await self._process.stop(Insistence(signal.SIGTERM, seconds))
        return await self._process.wait()
