from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import final

from duro.cli.errors import CommandError
from duro.cli.folder_lock import FolderInUseError, FolderLock
from duro.cli.home import Home
from duro.cli.running_file import RunningFile
from duro.db import DatabasePool
from duro.db.database_probe import DatabaseProbe
from duro.embedded import EmbeddedPostgres


@final
class DatabaseAccess:
    """Finds the administrator's way into the database for a command that needs it once.

    The database named by DURO_DATABASE_URL; else the one that a running `duro up` serves; else our own, started for as
    long as the command takes.
    """

    def __init__(self, *, home: Home, environ: Mapping[str, str]) -> None:
        self._home = home
        self._environ = environ

    @property
    def is_ours(self) -> bool:
        """Say whether the database is the embedded one."""
        return not self._environ.get("DURO_DATABASE_URL")

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[str, None]:
        """Yield the administrator's URL. Raise FolderInUseError while another command is starting or stopping it."""
        given = self._environ.get("DURO_DATABASE_URL")
        if given:
            yield given
            return
        self._home.prepare()
        try:
            lock = FolderLock.take(self._home.lock_path)
        except FolderInUseError:
            running = RunningFile.read(self._home.running_path)
            if running is None:
                raise
            yield running.database_url
            return
        try:
            async with self._own() as url:
                yield url
        finally:
            lock.release()

    @asynccontextmanager
    async def pool(self, error: type[CommandError], said: str, *, size: int = 1) -> AsyncGenerator[DatabasePool, None]:
        """Yield a pool over our tables. Raise that error, with what is said and why, if they can't be read.

        Raise FolderInUseError as `open` does.
        """
        async with self.open() as url:
            probe = DatabaseProbe(url)
            trouble = await probe.trouble()
            if trouble is None and not await probe.is_migrated():
                trouble = "the database has no tables yet (duro migrate makes them)."
            if trouble is not None:
                message = f"{said}: {trouble}"
                raise error(message)
            pool = await DatabasePool.open(url, min_size=1, max_size=size)
            try:
                yield pool
            finally:
                await pool.close()

    @asynccontextmanager
    async def _own(self) -> AsyncGenerator[str, None]:
        server = EmbeddedPostgres(self._home.folder)
        address = await server.start()
        try:
            yield address.admin_url()
        finally:
            await server.stop()
