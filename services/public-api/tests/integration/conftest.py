import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.kernel import Clock, Currency, IdFactory, Mode, Money
from duro.payments import (
    CardDetails,
    ChargeLookup,
    ChargeRequest,
    ChargeResult,
    InMemoryIssuerLedger,
    RefundLookup,
    RefundRequest,
    RefundResult,
    SimulatedGateway,
    SimulatedMandates,
    SimulatedProvider,
    TokenizeResult,
)
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.merchant_client import MerchantClient
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant


class HeldGateway:
    """The simulated provider with a door that a test can shut: charges wait at it; each charge is counted."""

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self.door = asyncio.Event()
        self.door.set()
        self.charges: list[ChargeRequest] = []
        self.tokenizations = 0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def is_moving_money(self) -> bool:
        return self._inner.is_moving_money

    @property
    def settle_window(self) -> TimeDelta:
        return self._inner.settle_window

    @property
    def has_idempotent_references(self) -> bool:
        return self._inner.has_idempotent_references

    def supports(self, currency: Currency) -> bool:
        return self._inner.supports(currency)

    def minimum(self, currency: Currency) -> Money:
        return self._inner.minimum(currency)

    async def charge(self, request: ChargeRequest) -> ChargeResult:
        self.charges.append(request)
        await self.door.wait()
        return await self._inner.charge(request)

    async def lookup(self, reference: str) -> ChargeLookup:
        return await self._inner.lookup(reference)

    async def refund(self, request: RefundRequest) -> RefundResult:
        return await self._inner.refund(request)

    async def lookup_refund(self, reference: str) -> RefundLookup:
        return await self._inner.lookup_refund(reference)

    async def tokenize(self, card: CardDetails) -> TokenizeResult:
        self.tokenizations += 1
        await self.door.wait()
        return await self._inner.tokenize(card)

    async def close(self) -> None:
        await self._inner.close()


@pytest.fixture
def provider(clock: Clock) -> SimulatedProvider:
    return SimulatedProvider.over(InMemoryIssuerLedger(), clock=clock)


@pytest.fixture
def gateway(provider: SimulatedProvider) -> HeldGateway:
    return HeldGateway(SimulatedGateway(provider.issuer))


@pytest.fixture
def settings(database: ClonedDatabase) -> Settings:
    return Settings(
        is_development=True,
        test_database_url=database.test_url,
        live_database_url=database.live_url,
        pool_size=4,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def composition(
    settings: Settings, clock: Clock, ids: IdFactory, gateway: HeldGateway, provider: SimulatedProvider
) -> Composition:
    mandates = SimulatedMandates(provider.mandates)
    return await Composition.open(settings, Collaborators(clock, ids, gateway, mandates=(mandates,)))


@pytest_asyncio.fixture(loop_scope="session")
async def server(composition: Composition) -> AsyncGenerator[PublicApiServer]:
    async with PublicApiServer(composition) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def merchant(stage: Stage) -> StagedMerchant:
    return await stage.merchant()


@pytest_asyncio.fixture(loop_scope="session")
async def anonymous(server: PublicApiServer) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def api(server: PublicApiServer, merchant: StagedMerchant) -> AsyncGenerator[MerchantClient]:
    """Speak to the API in test mode."""
    headers = {"Authorization": f"Bearer {merchant.secret.text}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        yield MerchantClient(client)


@pytest_asyncio.fixture(loop_scope="session", params=list(Mode))
async def either(
    request: pytest.FixtureRequest, server: PublicApiServer, merchant: StagedMerchant
) -> AsyncGenerator[MerchantClient]:
    """Speak to the API in each of the two modes."""
    headers = {"Authorization": f"Bearer {merchant.in_mode(request.param).secret.text}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        yield MerchantClient(client)
