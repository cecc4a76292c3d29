import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import final

from duro.embedded.account import Account
from duro.embedded.errors import UnreachableDataError


@final
@dataclass(frozen=True, slots=True)
class Placement:
    """Where one server keeps its data and as whom it runs; `reason` says why that isn't the home, when it isn't."""

    folder: Path
    account: Account
    reason: str | None = None

    @property
    def is_fallback(self) -> bool:
        return self.reason is not None

    @classmethod
    def decide(cls, *, home: Path, server: str, shared_root: Path) -> "Placement":
        """Choose without writing anything: data that exist decide, then whether the account can reach the home.

        Raise UnreachableDataError when the home holds data that have become unreachable.
        """
        home = home.resolve()
        inside = home / server
        current = Account.current()
        if not current.is_root:
            return cls(inside, current)
        spare = shared_root / sha256(os.fsencode(home)).hexdigest()[:16] / server
        account = cls._owner_of_data(inside) or Account.unprivileged()
        closed = account.first_closed(home)
        if (inside / "data").exists():
            if closed is not None:
                raise UnreachableDataError(inside, closed=closed, account=account.name)
            return cls(inside, account)
        if closed is None and not (spare / "data").exists():
            return cls(inside, account)
        reason = f"{account.name} can't enter {closed}" if closed else f"earlier data of {home} are there"
        return cls(spare, cls._owner_of_data(spare) or account, reason)

    @classmethod
    def _owner_of_data(cls, folder: Path) -> Account | None:
        data = folder / "data"
        if not data.exists():
            return None
        status = data.stat()
        owner = Account.of(status.st_uid, status.st_gid)
        return None if owner.is_root else owner
