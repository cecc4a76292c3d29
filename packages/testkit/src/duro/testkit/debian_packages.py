import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path
from typing import ClassVar, final

from duro.testkit.chromium_missing import ChromiumMissingError


@final
class DebianPackages:
    """Packages of Debian that are unpacked into a folder and never installed: any account may, and no machine changes.

    apt checks what it fetches as always; it keeps its lists, archives and cache below the folder.
    """

    SECONDS: ClassVar[float] = 300
    SETTINGS: ClassVar = """
        Dir::State "{home}";
        Dir::State::lists "{home}/lists";
        Dir::State::status "/var/lib/dpkg/status";
        Dir::Cache "{home}";
        Dir::Cache::archives "{home}/archives";
        Dir::Cache::pkgcache "";
        Dir::Cache::srcpkgcache "";
        Dir::Log "{home}";
        Debug::NoLocking "true";
        APT::Sandbox::User "root";
        APT::Install-Recommends "false";
        Acquire::Languages "none";
        Acquire::Retries "3";
        Acquire::http::Timeout "30";
        Acquire::https::Timeout "30";
        #clear APT::Update::Pre-Invoke;
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;
        """

    def __init__(self, home: Path) -> None:
        self._home = home

    async def unpack(self, package: str) -> Path:
        """Fetch a package with whatever it needs that this machine lacks, and give the folder all of it is in.

        Raise ChromiumMissingError when that can't be done.
        """
        settings = self._home / "apt.conf"
        for name in ("lists/partial", "archives/partial", "root"):
            (self._home / name).mkdir(parents=True)
        settings.write_text(self.SETTINGS.format(home=self._home))
        await self._run("apt-get", "-q", "-c", str(settings), "update")
        await self._run("apt-get", "-q", "-c", str(settings), "install", "--download-only", "--yes", package)
        for archive in sorted(self._home.glob("archives/*.deb")):
            await self._run("dpkg-deb", "--extract", str(archive), str(self._home / "root"))
        for name in ("lists", "archives"):
            await asyncio.to_thread(shutil.rmtree, self._home / name)
        return self._home / "root"

    async def _run(self, *words: str) -> None:
        if shutil.which(words[0]) is None:
            message = f"there is no {words[0]} here."
            raise ChromiumMissingError(message)
        process = await asyncio.create_subprocess_exec(
            *words, env={**os.environ, "LC_ALL": "C"}, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), self.SECONDS)
        except TimeoutError:
            process.kill()
            message = f"{' '.join(words)} took more than {self.SECONDS} seconds."
            raise ChromiumMissingError(message) from None
        if process.returncode != 0:
            end = "\n".join(said.decode(errors="replace").splitlines()[-15:])
            message = f"{' '.join(words)} ended with {process.returncode}:\n{end}"
            raise ChromiumMissingError(message)
