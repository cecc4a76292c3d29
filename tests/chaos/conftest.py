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
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db.migrator import Migrator
from duro.embedded import EmbeddedPostgres, EmbeddedValkey
from duro.kernel import Mode
from duro.testkit import Deadline, ServiceCommand, Stage
from storm.counter import Counter
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


def modes():
    return [Mode.LIVE] if os.environ.get("DURO_CHAOS") == "short" else list(Mode)


@pytest.fixture(params=modes(), ids=lambda mode: mode.value)
async def counter(request, database, redis_url, processes, tmp_path):
    clock = SystemClock()
    ports = processes.free_port(), processes.free_port()
    gateway_url, api_url = (f"http://127.0.0.1:{port}" for port in ports)
    settings = {
        "DURO_PROFILE": "development",
        "DURO_TEST_DATABASE_URL": database.test_url,
        "DURO_LIVE_DATABASE_URL": database.live_url,
        "DURO_GATEWAY_URL": gateway_url,
        "DURO_GATEWAY_TIMEOUT_SECONDS": "2",
        "DURO_LEASE_SECONDS": "6",
    }

    async def open_gateway(*words):
        arguments = ("--port", str(ports[0]), "--database", str(tmp_path / "gateway.db"), *words)
        return await processes.start(
            ServiceCommand("duro.gateway_simulator", arguments, health_url=f"{gateway_url}/health")
        )

    gateway = await open_gateway("--slow-ms", "1500")
    api = await processes.start(
        ServiceCommand(
            "duro.public_api",
            environment={**settings, "DURO_PUBLIC_API_PORT": str(ports[1])},
            health_url=f"{api_url}/health/ready",
        )
    )
    settings |= {
        "DURO_SWEEP_DATABASE_URL": database.sweep_url,
        "DURO_REDIS_URL": redis_url,
        "DURO_SCAN_SECONDS": "1",
        "DURO_PENDING_SECONDS": "1",
        "DURO_INCOMPLETE_SECONDS": "1",
        "DURO_WORKER_HEALTH_PORT": str(processes.free_port()),
    }
    async with Stage.open(database.admin_url, clock=clock, ids=Uuid7IdFactory(clock)) as stage:
        merchant = (await stage.merchant()).in_mode(request.param)
        yield Counter(merchant, api, api_url, gateway_url, database.admin_url, settings, gateway, open_gateway)
