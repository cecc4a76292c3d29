import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as: never root, because PostgreSQL refuses it."""

    uid: int
    gid: int
    name: str

    @classmethod
    def current(cls) -> "Account":
        return cls.of(os.geteuid(), os.getegid())

    @classmethod
    def unprivileged(cls) -> "Account":
        """Give the account servers drop to when root starts them: nobody."""
        entry = pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid, entry.pw_name)

    @classmethod
    def of(cls, uid: int, gid: int) -> "Account":
        try:
            return cls(uid, gid, pwd.getpwuid(uid).pw_name)
        except KeyError:
            return cls(uid, gid, f"user {uid}")

    @property
    def is_root(self) -> bool:
        return self.uid == 0

    @property
    def is_switch(self) -> bool:
        """Say whether a child has to change its user to become this account."""
        return self.uid != os.geteuid()

    def first_closed(self, folder: Path) -> Path | None:
        """Name the outermost folder on the way to, and including, an existing folder that this account can't enter."""
        for place in (*reversed(folder.parents), folder):
            if place.exists() and not self._has(place, stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH):
                return place
        return None

    def can_read(self, file: Path) -> bool:
        """Say whether this account can reach and read a file."""
        return self.first_closed(file.parent) is None and self._has(file, stat.S_IRUSR, stat.S_IRGRP, stat.S_IROTH)

    def can_run(self, file: Path) -> bool:
        """Say whether this account can reach, read and execute a file."""
        return self.can_read(file) and self._has(file, stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH)

    def _has(self, place: Path, for_owner: int, for_group: int, for_others: int) -> bool:
        status = place.stat()
        if self.is_root:
            return True
        if status.st_uid == self.uid:
            return bool(status.st_mode & for_owner)
        if status.st_gid == self.gid:
            return bool(status.st_mode & for_group)
        return bool(status.st_mode & for_others)
