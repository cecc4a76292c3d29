import fcntl
import os
from pathlib import Path
from typing import Self, final

from duro.cli.errors import CommandError


class FolderInUseError(CommandError):
    """Another process holds the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"Another duro ({holder}) already runs on {folder}. Stop it, or set DURO_HOME to another folder."
        )


@final
class FolderLock:
    """Only one process at a time runs servers on a folder; the kernel lets go of the lock when that process dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> Self:
        """Take the lock and write who holds it. Raise FolderInUseError when someone else does."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 64).decode(errors="replace").strip() or "pid unknown"
            os.close(descriptor)
            raise FolderInUseError(path.parent, holder) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"pid {os.getpid()}\n".encode())
        return cls(path, descriptor)

    @classmethod
    def is_held(cls, path: Path) -> bool:
        """Say whether some process holds it now."""
        if not path.exists():
            return False
        try:
            cls.take(path).release()
        except FolderInUseError:
            return True
        return False

    def release(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
