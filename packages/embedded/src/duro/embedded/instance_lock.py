import contextlib
import fcntl
import os
import signal
from typing import ClassVar, final

from duro.embedded.errors import AlreadyRunningError, OrphanedServerError
from duro.embedded.patience import Patience
from duro.embedded.server_folder import ServerFolder


@final
class InstanceLock:
    """The right to run the one server of a folder.

    The launcher holds the first lock; the second is inherited by the server and all its children, so that it is free
    only when the last of them has gone.
    """

    ORPHAN_SECONDS: ClassVar[float] = 5

    def __init__(self, *, launcher: int, server: int) -> None:
        self._open = [launcher, server]
        self._server = server

    @classmethod
    async def acquire(cls, folder: ServerFolder, *, server: str, orphan_signal: signal.Signals) -> "InstanceLock":
        """Take both locks. A server left by a dead launcher is waited for, then told to end, then reported.

        Raise AlreadyRunningError when another launcher holds the folder, OrphanedServerError when a leftover stays.
        """
        launcher = folder.open_lock("launcher.lock")
        if not cls._take(launcher):
            holder = cls._read(launcher)
            os.close(launcher)
            raise AlreadyRunningError(server, folder.path, holder)
        cls._write(launcher, os.getpid())
        lock = cls(launcher=launcher, server=folder.open_lock("server.lock"))
        if await lock._is_free_after(orphan_signal):
            return lock
        pid = cls._read(lock._server)
        lock.release()
        raise OrphanedServerError(server, folder.path, pid)

    @property
    def inherited(self) -> tuple[int, ...]:
        """The descriptors a child must hold open."""
        return (self._server,)

    def hand_over(self, pid: int) -> None:
        """Leave the second lock to the server that has inherited it."""
        self._write(self._server, pid)
        self._open.remove(self._server)
        os.close(self._server)

    def release(self) -> None:
        """Give up whatever is still held."""
        while self._open:
            os.close(self._open.pop())

    async def _is_free_after(self, orphan_signal: signal.Signals) -> bool:
        if await Patience(self.ORPHAN_SECONDS).until(self._take_server):
            return True
        pid = self._read(self._server)
        if pid.isdigit():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(pid), orphan_signal)
        return await Patience(self.ORPHAN_SECONDS).until(self._take_server)

    async def _take_server(self) -> bool:
        return self._take(self._server)

    @classmethod
    def _take(cls, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @classmethod
    def _read(cls, descriptor: int) -> str:
        return os.pread(descriptor, 32, 0).decode(errors="replace").strip()

    @classmethod
    def _write(cls, descriptor: int, pid: int) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{pid}\n".encode(), 0)
