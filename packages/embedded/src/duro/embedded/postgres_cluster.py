import contextlib
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

from duro.embedded.errors import IncompatibleDataError
from duro.embedded.patience import Patience
from duro.embedded.postgres_address import PostgresAddress
from duro.embedded.postgres_binaries import PostgresBinaries
from duro.embedded.server_folder import ServerFolder
from duro.embedded.server_process import Launch, ServerProcess


@final
@dataclass(frozen=True, slots=True)
class PostgresCluster:
    """The data folder of an embedded PostgreSQL; it exists only once it is complete, the `duro` database included."""

    folder: ServerFolder
    binaries: PostgresBinaries

    ENVIRONMENT: ClassVar[dict[str, str]] = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
    _FIRST_BUILTIN_LOCALE: ClassVar[int] = 17
    _STEP_SECONDS: ClassVar[float] = 120

    @property
    def data(self) -> Path:
        return self.folder.path / "data"

    @property
    def is_complete(self) -> bool:
        return self.data.exists()

    def require_compatible(self) -> None:
        """Raise IncompatibleDataError when another major version wrote the data."""
        found, wanted = (self.data / "PG_VERSION").read_text().strip(), self.binaries.major_version
        if found != wanted:
            raise IncompatibleDataError(self.data, found=found, wanted=wanted)

    async def create(self, *, log: int, holds: tuple[int, ...]) -> bool:
        """Make the data beside their place, create the database in them, and move them in; say whether it worked."""
        staging = self.folder.path / "data.new"
        shutil.rmtree(staging, ignore_errors=True)
        self.folder.private("data.new")
        words = f"create database {PostgresAddress.DATABASE}\n"
        steps = (
            self._launch(self._initdb(staging), log=log, holds=holds),
            self._launch(self._single(staging), log=log, holds=holds, words=words),
        )
        for step in steps:
            process = ServerProcess.launch(step)
            try:
                if not await Patience(self._STEP_SECONDS).until(process.has_ended) or process.status != 0:
                    return False
            finally:
                process.kill()
        staging.rename(self.data)
        return True

    def is_ready(self, pid: int) -> bool:
        """Say whether the server of that process writes that it accepts connections."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
        return False

    def forget_stale_server(self, sockets: Path) -> None:
        """Remove what a killed server left, where its process number is lost or now somebody else's.

        Only for the holder of the folder's lock. PostgreSQL itself clears up after a number that nobody has.
        """
        for leftover in (self.data / "postmaster.pid", sockets / f"{PostgresAddress.SOCKET_NAME}.lock"):
            with contextlib.suppress(OSError):
                if self._is_somebody_else(leftover.read_text().partition("\n")[0].strip()):
                    leftover.unlink()

    def _is_somebody_else(self, pid: str) -> bool:
        process = Path("/proc") / pid
        try:
            return not pid.isdigit() or (process.exists() and (process / "cwd").readlink() != self.data)
        except FileNotFoundError:
            return True

    def _initdb(self, staging: Path) -> tuple[str, ...]:
        builtin = int(self.binaries.major_version) >= self._FIRST_BUILTIN_LOCALE
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if builtin else ("--locale=C.UTF-8",)
        return (
            *(str(self.binaries.initdb), "-D", str(staging), "-U", PostgresAddress.ADMINISTRATOR),
            *("--encoding=UTF8", *locale, "--auth-local=trust", "--auth-host=reject", "--data-checksums"),
        )

    def _single(self, staging: Path) -> tuple[str, ...]:
        return (str(self.binaries.postgres), "--single", "-D", str(staging), "-c", "huge_pages=off", "postgres")

    def _launch(self, command: tuple[str, ...], *, log: int, holds: tuple[int, ...], words: str = "") -> Launch:
        return Launch(
            command=command,
            account=self.folder.account,
            log=log,
            holds=holds,
            death_signal=signal.SIGKILL,
            environment=self.ENVIRONMENT,
            standard_input=os.fsencode(words),
        )

    def serve(self, *, sockets: Path, arguments: tuple[str, ...], log: int, holds: tuple[int, ...]) -> Launch:
        """Describe the server of these data."""
        return Launch(
            command=(
                *(str(self.binaries.postgres), "-D", str(self.data)),
                *("-c", f"unix_socket_directories={self._quoted(sockets)}", *arguments),
            ),
            account=self.folder.account,
            log=log,
            holds=holds,
            death_signal=signal.SIGQUIT,
            environment=self.ENVIRONMENT,
        )

    def _quoted(self, sockets: Path) -> str:
        doubled = str(sockets).replace('"', '""')
        return f'"{doubled}"'
