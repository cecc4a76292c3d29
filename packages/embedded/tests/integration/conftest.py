import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from duro.embedded.patience import Patience

PROGRAM = """
import asyncio, concurrent.futures.thread, json, os, sys
from pathlib import Path
from duro.embedded import EmbeddedPostgres, EmbeddedValkey
from duro.embedded.package_folder import PackageFolder

async def main():
    home, shared, packages = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    if sys.argv[4:]:
        uid, gid = map(int, sys.argv[4:])
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.argv[3]:
        PackageFolder.find = lambda package, distribution: PackageFolder(packages / package, "0")
    postgres, valkey = EmbeddedPostgres(home, shared_root=shared), EmbeddedValkey(home, shared_root=shared)
    address, queue = await postgres.start(), await valkey.start()
    print(json.dumps([postgres.pid, valkey.pid, address.admin_url(), queue.url()]), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await postgres.stop()
    await valkey.stop()

asyncio.run(main())
"""


@dataclass(frozen=True)
class Launcher:
    """A program of its own that has started both servers and waits."""

    child: subprocess.Popen
    postgres_pid: int
    valkey_pid: int
    postgres_url: str
    valkey_url: str

    def servers(self):
        roots = [psutil.Process(self.postgres_pid), psutil.Process(self.valkey_pid)]
        return [process for root in roots for process in (root, *root.children(recursive=True))]

    def owners(self):
        """The users that the servers run as: a process that ended since it was listed has none."""
        owners = set()
        for server in self.servers():
            with contextlib.suppress(psutil.NoSuchProcess):
                owners.add(server.uids().real)
        return owners

    async def kill_outright(self):
        """Kill it with -9 and answer whether every process of its servers has gone soon after."""
        servers = self.servers()
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

        async def have_gone():
            return not any(is_alive(server) for server in servers)

        return await Patience(10).until(have_gone)

    def finish(self):
        """Let it stop its servers in order."""
        self.child.stdin.close()
        return self.child.wait(timeout=30)


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account may pass through; pytest's own are closed to all but their owner."""
    folder = Path(tempfile.mkdtemp(prefix="duro-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(place) -> Path:
    return place / "home"


@pytest.fixture
def shared_root(place) -> Path:
    return place / "shared"


@pytest.fixture
def launch(home, shared_root) -> Iterator[Callable[..., Launcher]]:
    """Start the program; with a user it becomes that user, for good, before it starts anything."""
    started = []

    def start(*, home=home, packages="", user=()):
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *map(str, (home, shared_root, packages, *user))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            cwd="/",
        )
        started.append(child)
        line = child.stdout.readline()
        assert line, f"the launcher ended with {child.wait()}"
        return Launcher(child, *json.loads(line))

    yield start
    for child in started:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
