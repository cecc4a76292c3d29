import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar, Self, final

from duro.testkit.chromium_missing import ChromiumMissingError
from duro.testkit.chromium_program import ChromiumProgram
from duro.testkit.deadline import Deadline
from duro.testkit.debian_packages import DebianPackages


@final
class UnpackedChromium:
    """Debian's Chromium without windows, kept unpacked in a folder of this account's between runs."""

    PACKAGE: ClassVar = "chromium-headless-shell"
    PROGRAM: ClassVar = "usr/lib/chromium/chromium-headless-shell"
    FONTS: ClassVar = "usr/share/fonts"
    WAIT_SECONDS: ClassVar[float] = 600

    def __init__(self, home: Path) -> None:
        self._home = home
        self._root = home / "root"

    @classmethod
    def of_this_account(cls) -> Self:
        """Keep it where caches are kept, or in a temporary folder of its own when the home can't be written."""
        try:
            caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
            return cls(cls._own(caches / "duro-chromium"))
        except (OSError, RuntimeError):
            return cls(cls._own(Path(tempfile.gettempdir()) / f"duro-chromium-{os.geteuid()}"))

    async def program(self) -> ChromiumProgram:
        """Give the one that was unpacked before if it still starts; otherwise fetch it, while others wait.

        Raise ChromiumMissingError when it can't be had.
        """
        async with self._alone():
            kept = self._kept()
            if not await kept.starts():
                await self._fetch()
                kept = self._kept()
        if not await kept.starts():
            message = f"{kept.path} doesn't start."
            raise ChromiumMissingError(message)
        return kept

    async def _fetch(self) -> None:
        with tempfile.TemporaryDirectory(prefix="fetched-", dir=self._home) as folder:
            fetched = await DebianPackages(Path(folder)).unpack(self.PACKAGE)
            shutil.rmtree(self._root, ignore_errors=True)
            fetched.rename(self._root)

    def _kept(self) -> ChromiumProgram:
        libraries = {library.parent for library in self._root.glob("**/*-linux-gnu*/**/*.so*")}
        settings = {"LD_LIBRARY_PATH": ":".join(str(folder) for folder in sorted(libraries))}
        if (self._root / self.FONTS).exists():
            settings["FONTCONFIG_FILE"] = str(self._fonts())
        return ChromiumProgram(self._root / self.PROGRAM, settings)

    def _fonts(self) -> Path:
        """Name the fonts that came along, because this machine had none."""
        file = self._home / "fonts.conf"
        folders = f"<dir>{self._root / self.FONTS}</dir><cachedir>{self._home / 'fonts'}</cachedir>"
        file.write_text(f"<fontconfig>{folders}</fontconfig>\n")
        return file

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        with (self._home / "lock").open("w") as lock:

            def is_taken() -> bool:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True

            await Deadline(self.WAIT_SECONDS, step_seconds=0.1).until(is_taken, "Chromium unpacked by another process")
            yield

    @staticmethod
    def _own(folder: Path) -> Path:
        """Make the folder; what is run from it must be this account's."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.geteuid() or folder.is_symlink() or not os.access(folder, os.W_OK):
            message = f"{folder} isn't a folder of this account's own."
            raise PermissionError(message)
        return folder
