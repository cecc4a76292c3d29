from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from duro.kernel import Clock, IdFactory, Mode
from duro.payments import InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant


@pytest.fixture
def ledger() -> InMemoryIssuerLedger:
    return InMemoryIssuerLedger()


@pytest.fixture
def gateway(ledger: InMemoryIssuerLedger) -> SimulatedGateway:
    return SimulatedGateway(SimulatedIssuer(ledger))


@pytest.fixture
def settings(database: ClonedDatabase) -> Settings:
    return Settings(
        is_development=True,
        test_database_url=database.test_url,
        live_database_url=database.live_url,
        pool_size=4,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def composition(settings: Settings, clock: Clock, ids: IdFactory, gateway: SimulatedGateway) -> Composition:
    return await Composition.open(settings, Collaborators(clock, ids, gateway))


@pytest_asyncio.fixture(loop_scope="session")
async def server(composition: Composition) -> AsyncGenerator[PublicApiServer]:
    async with PublicApiServer(composition) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def merchant(stage: Stage) -> StagedMerchant:
    return await stage.merchant()


@pytest.fixture(params=list(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    return request.param


@pytest_asyncio.fixture(loop_scope="session")
async def anonymous(server: PublicApiServer) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def api(server: PublicApiServer, merchant: StagedMerchant) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {merchant.secret.text}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        yield client
