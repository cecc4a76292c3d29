import asyncio
import os
import signal
from contextlib import suppress
from typing import Generic, Protocol, TypeVar, final

from duro.cli.supervision.unit import UnitStartError
from duro.embedded import EmbeddedServerError

Address = TypeVar("Address")
Address_co = TypeVar("Address_co", covariant=True)


class EmbeddedServer(Protocol[Address_co]):
    """A server of duro.embedded, as the supervisor sees it."""

    @property
    def pid(self) -> int | None: ...

    async def start(self) -> Address_co: ...

    async def stop(self) -> None: ...

    async def wait(self) -> int: ...


@final
class RunningServer:
    """One run of an embedded server."""

    def __init__(self, server: EmbeddedServer[object], pid: int) -> None:
        self._server = server
        self._pid = pid
        self._end = asyncio.ensure_future(server.wait())
        self._stopping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._pid

    async def wait(self) -> int:
        status = await asyncio.shield(self._end)
        if self._stopping is not None:
            await asyncio.shield(self._stopping)
        return status

    def ask_to_stop(self) -> None:
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._server.stop())

    def kill(self) -> None:
        if not self._end.done():
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)


@final
class EmbeddedUnit(Generic[Address]):
    """A server of duro.embedded under supervision; it is ready as soon as it has started."""

    def __init__(self, *, name: str, server: EmbeddedServer[Address], drain_seconds: float = 20.0) -> None:
        self._name = name
        self._server = server
        self._drain_seconds = drain_seconds
        self._address: Address | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def drain_seconds(self) -> float:
        return self._drain_seconds

    @property
    def address(self) -> Address:
        """Where it listens, the same at every start. Raise UnitStartError before the first."""
        if self._address is None:
            raise UnitStartError(self._name, "has not been started")
        return self._address

    async def start(self) -> RunningServer:
        try:
            self._address = await self._server.start()
        except EmbeddedServerError as error:
            raise UnitStartError(self._name, f"could not be started: {error}") from error
        pid = self._server.pid
        if pid is None:
            raise UnitStartError(self._name, "ended at once")
        return RunningServer(self._server, pid)

    async def is_ready(self) -> bool:
        return True

    def last_words(self) -> str:
        return ""
