import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, final

from duro.embedded.account import Account
from duro.embedded.errors import ForeignFolderError
from duro.embedded.placement import Placement


@final
@dataclass(frozen=True, slots=True)
class ServerFolder:
    """The folder of one server: locks and log of the launcher, and private folders of the server's account.

    The launcher never follows a link here and never trusts a folder of a stranger.
    """

    path: Path
    account: Account

    SOCKET_BYTES: ClassVar[int] = 100

    @classmethod
    def prepare(cls, placement: Placement) -> "ServerFolder":
        """Make the folder, and every missing one above it, so that the account can pass through."""
        mode = 0o711 if placement.account.is_switch else 0o700
        missing = [place for place in placement.folder.parents if not place.exists()]
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            place.chmod(mode)
        cls._claim(placement.folder, owner=None, others=placement.account, mode=mode)
        return cls(placement.folder, placement.account)

    def private(self, name: str) -> Path:
        """Make a folder that only the account may open."""
        place = self.path / name
        self._claim(place, owner=self.account, others=self.account, mode=0o700)
        return place

    def sockets(self, longest_name: str) -> Path:
        """Make the private folder for sockets: here, or a short one under /tmp when the address would be too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside / longest_name)) < self.SOCKET_BYTES:
            return self.private("run")
        short = Path("/tmp") / f"duro-{sha256(os.fsencode(self.path)).hexdigest()[:16]}"
        self._claim(short, owner=self.account, others=self.account, mode=0o700)
        return short

    def open_lock(self, name: str) -> int:
        """Open a lock file, made when missing; the caller closes the descriptor."""
        return self._open(name, os.O_RDWR)

    def open_log(self, name: str) -> int:
        """Open a fresh log, keeping the previous one beside it; the caller closes the descriptor."""
        log = self.path / name
        if log.exists():
            log.replace(log.with_name(f"{name}.previous"))
        return self._open(name, os.O_WRONLY | os.O_APPEND)

    def tail(self, name: str, *, lines: int = 20) -> str:
        """Read the end of a log."""
        log = self.path / name
        if not log.exists():
            return "(nothing was logged)"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

    def _open(self, name: str, flags: int) -> int:
        descriptor = os.open(self.path / name, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        owner = self.path.stat()
        if os.geteuid() == 0 and os.fstat(descriptor).st_uid != owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    @classmethod
    def _claim(cls, place: Path, *, owner: Account | None, others: Account, mode: int) -> None:
        place.mkdir(mode=mode, exist_ok=True)
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise ForeignFolderError(place) from error
        try:
            found = os.fstat(descriptor).st_uid
            if found not in {others.uid, os.geteuid()}:
                raise ForeignFolderError(place)
            if owner is not None and found != owner.uid:
                os.fchown(descriptor, owner.uid, owner.gid)
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
