import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import ClassVar, final

from duro.embedded.errors import AlreadyRunningError, ServerFailedError
from duro.embedded.instance_lock import InstanceLock
from duro.embedded.patience import Patience
from duro.embedded.placement import Placement
from duro.embedded.provider import Provider
from duro.embedded.server_folder import ServerFolder
from duro.embedded.server_process import Insistence, Launch, ServerProcess
from duro.embedded.valkey_address import ValkeyAddress
from duro.embedded.valkey_binary import ValkeyBinary


@final
class EmbeddedValkey:
    """A Valkey of our own that lives as long as we do, with its append-only file under a home folder."""

    SHARED_ROOT: ClassVar[Path] = Path("/var/lib/duro")
    LOG: ClassVar[str] = "valkey.log"
    START_SECONDS: ClassVar[float] = 60
    STOP_SECONDS: ClassVar[float] = 15
    ANSWER_SECONDS: ClassVar[float] = 5

    def __init__(self, home: Path, *, provider: Provider = Provider.AUTOMATIC, shared_root: Path = SHARED_ROOT) -> None:
        self._home = home
        self._provider = provider
        self._shared_root = shared_root
        self._process: ServerProcess | None = None
        self._lock: InstanceLock | None = None

    @property
    def placement(self) -> Placement:
        """Say where the data are or would be, and why that isn't the home when it isn't; nothing is written."""
        return Placement.decide(home=self._home, server="valkey", shared_root=self._shared_root)

    @property
    def log(self) -> Path:
        return self.placement.folder / self.LOG

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    @property
    def pid(self) -> int | None:
        """Give the process number of the running server, or None."""
        return self._process.pid if self._process is not None and self._process.is_running else None

    async def start(self) -> ValkeyAddress:
        """Start the server and wait until it has loaded its data and answers.

        Raise AlreadyRunningError when the home is in use, another EmbeddedServerError when it can't be started.
        """
        placement = self.placement
        if self._lock is not None and self.is_running:
            raise AlreadyRunningError("Valkey", placement.folder, str(os.getpid()))
        self._end()
        account = placement.account
        binary = ValkeyBinary.find(self._provider, account=account, shared_root=self._shared_root)
        folder = ServerFolder.prepare(placement)
        self._lock = await InstanceLock.acquire(folder, server="Valkey", orphan_signal=signal.SIGTERM)
        try:
            return await self._serve(folder, binary, self._lock)
        except BaseException:
            self._end()
            raise

    async def stop(self) -> None:
        """End it in order, its append-only file flushed."""
        if self._process is not None:
            await self._process.stop(Insistence(signal.SIGTERM, self.STOP_SECONDS))
        self._end()

    async def wait(self) -> int:
        """Wait until the server has ended, for whatever reason, and give its exit status; 0 when none was started."""
        return await self._process.wait() if self._process is not None else 0

    async def _serve(self, folder: ServerFolder, binary: ValkeyBinary, lock: InstanceLock) -> ValkeyAddress:
        address = ValkeyAddress(folder.sockets(ValkeyAddress.SOCKET_NAME) / ValkeyAddress.SOCKET_NAME)
        log = folder.open_log(self.LOG)
        try:
            launch = Launch(
                command=self._command(binary, data=folder.private("data"), socket=address.socket),
                account=folder.account,
                log=log,
                holds=lock.inherited,
                death_signal=signal.SIGTERM,
            )
            process = self._process = ServerProcess.launch(launch)
            lock.hand_over(process.pid)
        finally:
            os.close(log)

        async def is_settled() -> bool:
            return not process.is_running or await self._answers(address.socket)

        if not await Patience(self.START_SECONDS).until(is_settled) or not process.is_running:
            raise ServerFailedError("Valkey", log=folder.path / self.LOG, tail=folder.tail(self.LOG))
        return address

    def _command(self, binary: ValkeyBinary, *, data: Path, socket: Path) -> tuple[str, ...]:
        return (
            *(str(binary.path), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--shutdown-on-sigterm", "nosave force", "--daemonize", "no"),
        )

    async def _answers(self, socket: Path) -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self.ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(socket)
                try:
                    writer.write(b"PING\r\n")
                    return await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
        return False

    def _end(self) -> None:
        if self._process is not None and self._process.is_running:
            self._process.kill()
        if self._lock is not None:
            self._lock.release()
        self._process = self._lock = None
