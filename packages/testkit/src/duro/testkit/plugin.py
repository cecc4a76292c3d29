from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from whenever import Instant

from duro.crypto import Uuid7IdFactory
from duro.kernel import Clock, IdFactory
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.database_template import DatabaseTemplate
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.mail_sink import MailSink
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.stage import Stage
from duro.testkit.stepping_clock import SteppingClock
from duro.testkit.whatsapp_simulator import WhatsAppSimulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a developer trade the durability of the test database for speed."""
    parser.addoption(
        "--duro-without-fsync",
        action="store_true",
        help="run the tests' PostgreSQL without fsync: faster on slow disks, and not what production does",
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(request: pytest.FixtureRequest) -> AsyncGenerator[EmbeddedServers]:
    """Run one PostgreSQL and one Valkey for this test process, each worker of xdist its own."""
    is_durable = not request.config.getoption("--duro-without-fsync")
    async with EmbeddedServers.running(is_durable=is_durable) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_template(servers: EmbeddedServers) -> AsyncGenerator[DatabaseTemplate]:
    """Migrate a database once, to be cloned."""
    async with DatabaseTemplate.prepared(servers.postgres) as template:
        yield template


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_template: DatabaseTemplate) -> AsyncGenerator[ClonedDatabase]:
    """Lend a migrated, empty database that is this test's alone."""
    async with database_template.clone() as clone:
        yield clone


@pytest_asyncio.fixture(loop_scope="session")
async def redis_url(servers: EmbeddedServers) -> str:
    """Give the URL of an empty Valkey."""
    await servers.forget_keys()
    return servers.valkey.url()


@pytest.fixture
def clock() -> SteppingClock:
    """Stand at nine in the morning (UTC) of the last day of March 2026."""
    return SteppingClock(Instant.from_utc(2026, 3, 31, hour=9))


@pytest.fixture
def ids(clock: Clock) -> IdFactory:
    """Make ids by the test's clock."""
    return Uuid7IdFactory(clock)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(database: ClonedDatabase, clock: Clock, ids: IdFactory) -> AsyncGenerator[Stage]:
    """Set merchants, plans, customers, cards and subscriptions out in the test's database."""
    async with Stage.open(database.admin_url, clock=clock, ids=ids) as stage:
        yield stage


@pytest.fixture
def server_home() -> Iterator[Path]:
    """Lend an empty folder that any account may pass through, for a server that the test starts itself."""
    with TemporaryDirectory(prefix="duro-tests-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        yield home


@pytest_asyncio.fixture(loop_scope="session")
async def processes(tmp_path: Path) -> AsyncGenerator[ProcessRunner]:
    """Start services as processes that end with the test."""
    async with ProcessRunner.open(tmp_path) as runner:
        yield runner


@pytest_asyncio.fixture(loop_scope="session")
async def mail_sink() -> AsyncGenerator[MailSink]:
    """Run a mail server of this test's own, which keeps what arrives."""
    async with MailSink.running() as sink:
        yield sink


@pytest_asyncio.fixture(loop_scope="session")
async def whatsapp() -> AsyncGenerator[WhatsAppSimulator]:
    """Run a Cloud API of this test's own, which keeps what it accepts."""
    async with WhatsAppSimulator.running() as simulator:
        yield simulator
