import os
import signal
from pathlib import Path
from typing import ClassVar, final

from duro.embedded.errors import AlreadyRunningError, ServerFailedError
from duro.embedded.instance_lock import InstanceLock
from duro.embedded.patience import Patience
from duro.embedded.placement import Placement
from duro.embedded.postgres_address import PostgresAddress
from duro.embedded.postgres_binaries import PostgresBinaries
from duro.embedded.postgres_cluster import PostgresCluster
from duro.embedded.postgres_settings import PostgresSettings
from duro.embedded.provider import Provider
from duro.embedded.server_folder import ServerFolder
from duro.embedded.server_process import Insistence, ServerProcess


@final
class EmbeddedPostgres:
    """A PostgreSQL of our own that lives as long as we do, with its data under a home folder."""

    SHARED_ROOT: ClassVar[Path] = Path("/var/lib/duro")
    LOG: ClassVar[str] = "postgres.log"
    IMMEDIATE_SECONDS: ClassVar[float] = 20

    def __init__(
        self,
        home: Path,
        *,
        settings: PostgresSettings | None = None,
        provider: Provider = Provider.AUTOMATIC,
        shared_root: Path = SHARED_ROOT,
    ) -> None:
        self._home = home
        self._settings = settings or PostgresSettings()
        self._provider = provider
        self._shared_root = shared_root
        self._process: ServerProcess | None = None
        self._lock: InstanceLock | None = None

    @property
    def placement(self) -> Placement:
        """Say where the data are or would be, and why that isn't the home when it isn't; nothing is written."""
        return Placement.decide(home=self._home, server="postgres", shared_root=self._shared_root)

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

    async def start(self) -> PostgresAddress:
        """Start the server, made with the `duro` database on the first start, and wait until it accepts connections.

        Raise AlreadyRunningError when the home is in use, another EmbeddedServerError when it can't be started.
        """
        placement = self.placement
        if self._lock is not None and self.is_running:
            raise AlreadyRunningError("PostgreSQL", placement.folder, str(os.getpid()))
        self._end()
        account = placement.account
        binaries = PostgresBinaries.find(self._provider, account=account, shared_root=self._shared_root)
        folder = ServerFolder.prepare(placement)
        self._lock = await InstanceLock.acquire(folder, server="PostgreSQL", orphan_signal=signal.SIGQUIT)
        try:
            return await self._serve(PostgresCluster(folder, binaries), self._lock)
        except BaseException:
            self._end()
            raise

    async def stop(self) -> None:
        """End it in order: sessions are cut and data written (fast); at worst the next start recovers (immediate).

        Its own children that don't answer are killed by the server 5 seconds into an immediate end.
        """
        if self._process is not None:
            await self._process.stop(
                Insistence(signal.SIGINT, self._settings.stop_seconds),
                Insistence(signal.SIGQUIT, self.IMMEDIATE_SECONDS),
            )
        self._end()

    async def wait(self) -> int:
        """Wait until the server has ended, for whatever reason, and give its exit status; 0 when none was started."""
        return await self._process.wait() if self._process is not None else 0

    async def _serve(self, cluster: PostgresCluster, lock: InstanceLock) -> PostgresAddress:
        log = cluster.folder.open_log(self.LOG)
        try:
            if not cluster.is_complete and not await cluster.create(log=log, holds=lock.inherited):
                raise self._failure(cluster.folder)
            cluster.require_compatible()
            sockets = cluster.folder.sockets(PostgresAddress.SOCKET_NAME)
            cluster.forget_stale_server(sockets)
            arguments = self._settings.arguments()
            launch = cluster.serve(sockets=sockets, arguments=arguments, log=log, holds=lock.inherited)
            process = self._process = ServerProcess.launch(launch)
            lock.hand_over(process.pid)
        finally:
            os.close(log)
        await self._until_ready(cluster, process)
        return PostgresAddress(sockets)

    async def _until_ready(self, cluster: PostgresCluster, process: ServerProcess) -> None:
        async def is_settled() -> bool:
            return not process.is_running or cluster.is_ready(process.pid)

        if not await Patience(self._settings.start_seconds).until(is_settled) or not process.is_running:
            raise self._failure(cluster.folder)

    def _failure(self, folder: ServerFolder) -> ServerFailedError:
        return ServerFailedError("PostgreSQL", log=folder.path / self.LOG, tail=folder.tail(self.LOG))

    def _end(self) -> None:
        if self._process is not None and self._process.is_running:
            self._process.kill()
        if self._lock is not None:
            self._lock.release()
        self._process = self._lock = None
