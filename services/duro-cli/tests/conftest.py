import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio

from duro.embedded import Account, Launch, ServerProcess
from duro.testkit.deadline import Deadline
from duro.testkit.process_runner import ProcessRunner

PORTS = ("PUBLIC_API_PORT", "WORKER_HEALTH_PORT", "GATEWAY_PORT")
READY = "Ctrl-C lets everything finish"


@dataclass
class RunningUp:
    """A `duro up` in a process of its own, on a folder and ports of its own."""

    home: Path
    environment: Mapping[str, str]
    process: ServerProcess

    @classmethod
    def launch(cls, home: Path) -> "RunningUp":
        ports = {name: str(ProcessRunner.free_port()) for name in PORTS}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DURO_")}
        own = {
            "DURO_HOME": str(home),
            "DURO_SCAN_SECONDS": "1",
            **{f"DURO_{name}": port for name, port in ports.items()},
        }
        log = os.open(home.parent / f"{home.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            process = ServerProcess.launch(
                Launch(
                    command=(sys.executable, "-m", "duro.cli", "up"),
                    account=Account.current(),
                    log=log,
                    holds=(),
                    death_signal=signal.SIGKILL,
                    environment=inherited | own,
                )
            )
        finally:
            os.close(log)
        return cls(home=home, environment=inherited | own, process=process)

    @property
    def log(self) -> str:
        return (self.home.parent / f"{self.home.name}.log").read_text(errors="replace")

    @property
    def running(self) -> dict[str, str]:
        return json.loads((self.home / "running.json").read_text())

    @property
    def api_key(self) -> str:
        return json.loads((self.home / "secrets").read_text())["demo_api_key"]

    async def until(self, text: str, *, seconds: float = 120, times: int = 1) -> None:
        def is_said() -> bool:
            assert self.process.is_running, self.log
            return self.log.count(text) >= times

        await Deadline(seconds).until(is_said, f"duro up saying {text!r}")

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process:
        return next(child for child in self.descendants() if words in spoken(child))

    async def until_gone(self, processes: list[psutil.Process], *, seconds: float = 10) -> None:
        def is_gone() -> bool:
            return not any(is_alive(one) for one in processes)

        await Deadline(seconds).until(is_gone, "the end of all processes")

    async def money_taken(self) -> int:
        async with httpx.AsyncClient(base_url=self.running["gateway_url"]) as client:
            lines = (await client.get("/ledger")).text.splitlines()
        return sum(json.loads(line).get("takings", 0) for line in lines)


def spoken(process: psutil.Process) -> str:
    """Its command line: a process that ended since it was listed has none."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def new_home():
    """Make folders that the servers' account can pass through."""
    place = Path(tempfile.mkdtemp(prefix="duro-cli-"))
    place.chmod(0o711)
    names = (f"home-{number}" for number in range(1_000))
    yield lambda: place / next(names)
    shutil.rmtree(place, ignore_errors=True)


@pytest_asyncio.fixture(loop_scope="session")
async def launch(new_home):
    """Start `duro up` and wait until it runs; whatever still runs at the end is killed."""
    launched: list[RunningUp] = []

    async def start(home: Path | None = None) -> RunningUp:
        up = RunningUp.launch(home or new_home())
        launched.append(up)
        starts = sum(1 for other in launched if other.home == up.home)
        await up.until(READY, times=starts)
        return up

    yield start
    for up in launched:
        up.process.kill()
