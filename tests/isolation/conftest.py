from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio
from asyncpg import Connection
from whenever import Instant

from duro.crypto import Uuid7IdFactory
from duro.kernel import (
    CustomerId,
    DunningScheduleId,
    EventId,
    IdFactory,
    InvoiceId,
    MessageId,
    Mode,
    PaymentAttemptId,
    PaymentMethodId,
    PlanId,
    PromoCodeId,
    RefundId,
    SubscriptionId,
    TestClockId,
)
from duro.payments import (
    InMemoryIssuerLedger,
    SimulatedGateway,
    SimulatedIssuer,
    SimulatedMandates,
    SimulatedProvider,
)
from duro.public_api.collaborators import Collaborators
from duro.public_api.composition import Composition
from duro.public_api.server import PublicApiServer
from duro.public_api.settings import Settings
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.stage import Stage
from duro.testkit.stepping_clock import SteppingClock

pytest.register_assert_rewrite("fence")

from fence import BreakIn, Estate, RouteBook, Settled, Snapshots, Table, Tables  # noqa: E402 -- imported once its asserts are rewritten

KINDS = (
    PlanId,
    PromoCodeId,
    CustomerId,
    PaymentMethodId,
    SubscriptionId,
    InvoiceId,
    PaymentAttemptId,
    RefundId,
    EventId,
    TestClockId,
    DunningScheduleId,
    MessageId,
)


@dataclass(frozen=True)
class World:
    """Two merchants, each with an estate in both modes, in front of one API over one database."""

    database: ClonedDatabase
    admin: Connection
    tables: tuple[Table, ...]
    http: httpx.AsyncClient
    book: RouteBook
    break_in: BreakIn
    snapshots: Snapshots
    composition: Composition
    gateway: SimulatedGateway
    mandates: SimulatedMandates
    stage: Stage
    settled: Settled
    clock: SteppingClock
    ids: IdFactory
    intruder: dict[Mode, Estate]
    victim: dict[Mode, Estate]

    @classmethod
    @asynccontextmanager
    async def open(cls, database: ClonedDatabase, servers: EmbeddedServers) -> AsyncIterator["World"]:
        clock = SteppingClock(Instant.from_utc(2026, 3, 31, hour=9))
        ids = Uuid7IdFactory(clock)
        ledger = InMemoryIssuerLedger()
        gateway = SimulatedGateway(SimulatedIssuer(ledger))
        settings = Settings(
            is_development=True,
            test_database_url=database.test_url,
            live_database_url=database.live_url,
            redis_url=servers.valkey.url(),
            pool_size=2,
        )
        mandates = SimulatedMandates(SimulatedProvider.over(ledger, clock=clock).mandates)
        collaborators = Collaborators(clock, ids, gateway, mandates=(mandates,))
        composition = await Composition.open(settings, collaborators)
        admin = await asyncpg.connect(database.admin_url)
        async with (
            Stage.open(database.admin_url, clock=clock, ids=ids) as stage,
            PublicApiServer(composition) as server,
            httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as http,
        ):
            tables = await Tables.of(admin)
            snapshots = Snapshots(admin, tables)
            book = RouteBook.read((await http.get("/openapi.json")).json())
            settled = Settled(server.url, clock=clock, ids=ids)
            merchants = [await stage.merchant(), await stage.merchant()]
            intruder, victim = [
                {mode: await settled.estate(merchant.in_mode(mode)) for mode in Mode} for merchant in merchants
            ]
            break_in = BreakIn(http, book, snapshots, lambda: len(ledger._charges) + len(ledger._refunds))
            yield cls(
                database=database,
                admin=admin,
                tables=tables,
                http=http,
                book=book,
                break_in=break_in,
                snapshots=snapshots,
                composition=composition,
                gateway=gateway,
                mandates=mandates,
                stage=stage,
                settled=settled,
                clock=clock,
                ids=ids,
                intruder=intruder,
                victim=victim,
            )
        await admin.close()

    async def newcomer(self, mode: Mode = Mode.TEST) -> Estate:
        """Give an estate that a test may change, for it is nobody else's."""
        return await self.settled.estate((await self.stage.merchant()).in_mode(mode))

    def nobody(self) -> Estate:
        """Name things of every kind that don't exist."""
        names = {kind.prefix: str(self.ids.new(kind)) for kind in KINDS}
        unknown = f"ref-{self.ids.new(PlanId).suffix}"
        return Estate(self.victim[Mode.TEST].merchant, {**names, "ref": unknown, "code": unknown.upper()})

    def trespasses(self) -> list[tuple[Estate, list[Estate]]]:
        """Who asks in each mode, beside everyone whose things they name: another merchant, another mode, or both."""
        everyone = [*self.intruder.values(), *self.victim.values()]
        return [(asking, [each for each in everyone if each is not asking]) for asking in self.intruder.values()]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(database_template, servers):
    """Lend the world that every test may try to break into, since no try changes what is there."""
    async with database_template.clone() as database, World.open(database, servers) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def scratch(database, servers):
    """Lend a world of a test's own, whose walls it may tear down."""
    async with World.open(database, servers) as world:
        yield world
