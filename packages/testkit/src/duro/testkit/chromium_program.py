import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self, final


@final
@dataclass(frozen=True, slots=True)
class ChromiumProgram:
    """A Chromium that can be started, with the settings that its libraries and fonts are found by."""

    NAMES: ClassVar = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    SECONDS: ClassVar[float] = 30

    path: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    async def on_path(cls) -> Self | None:
        """Find the machine's own: the first that starts, since some are only stand-ins that tell how to get one."""
        for name in cls.NAMES:
            found = shutil.which(name)
            if found is not None and await (program := cls(Path(found))).starts():
                return program
        return None

    @property
    def environment(self) -> dict[str, str]:
        """What it is started with: this process's environment and its own settings."""
        return {**os.environ, **self.settings}

    async def starts(self) -> bool:
        """Say whether it gets as far as telling its version."""
        try:
            process = await asyncio.create_subprocess_exec(
                self.path, "--version", env=self.environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
        except OSError:
            return False
        try:
            return await asyncio.wait_for(process.wait(), self.SECONDS) == 0
        except TimeoutError:
            process.kill()
            return False
