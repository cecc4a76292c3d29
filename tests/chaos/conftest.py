import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from duro.cli.supervision.embedded import EmbeddedUnit
from duro.cli.supervision.keeper import UnitKeeper
from duro.cli.supervision.restart_policy import RestartPolicy
from duro.crypto import SystemClock
from duro.db.migrator import Migrator
from duro.embedded import EmbeddedPostgres, EmbeddedValkey
from duro.testkit import Deadline
from storm.form import Form
from storm.world import Ground

SUMMARY = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.stash[SUMMARY] = []


def pytest_terminal_summary(terminalreporter, config):
    """Close with what the storms have done."""
    if lines := config.stash.get(SUMMARY, []):
        terminalreporter.section("chaos")
        for line in lines:
            terminalreporter.write_line(line)


class Quiet:
    """An announcer with nobody to tell."""

    def tell(self, text: str) -> None: ...

    def warn(self, text: str) -> None: ...


def new_home():
    """Make a folder that the servers' own account may pass through."""
    home = Path(tempfile.mkdtemp(prefix="duro-chaos-"))
    home.chmod(0o711)
    return home


@asynccontextmanager
async def supervised_ground():
    """Run servers of its own, the database under the supervisor that `duro up` puts it under."""
    home = new_home()
    unit = EmbeddedUnit(name="postgres", server=EmbeddedPostgres(home))
    keeper = UnitKeeper(unit=unit, policy=RestartPolicy.usual(), clock=SystemClock(), announcer=Quiet())
    valkey = EmbeddedValkey(home)
    try:
        await keeper.bring_up()
        await Migrator(unit.address.admin_url()).upgrade(None)
        redis_url = (await valkey.start()).url()

        async def kill_database():
            killed = keeper.pid
            os.kill(killed, signal.SIGKILL)
            await Deadline(60).until(lambda: keeper.pid not in {None, killed}, "the supervisor's next database")

        yield Ground(unit.address.admin_url(), redis_url, kill_database)
    finally:
        await valkey.stop()
        await keeper.drain(asyncio.Event())
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


@pytest.fixture
def form():
    return Form.asked(os.environ)


@pytest.fixture
async def ground():
    async with supervised_ground() as ground:
        yield ground


@pytest.fixture
def tell(request):
    """Put lines into the closing summary."""
    return request.config.stash[SUMMARY].append
