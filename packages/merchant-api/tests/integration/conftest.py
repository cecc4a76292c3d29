"""The renewal services of one mode over a real Postgres, with the simulated provider in process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from whenever import TimeDelta

from duro.crypto import Uuid7IdFactory
from duro.db import DatabasePool, PageRequest, RepositoryContexts
from duro.db.audit import Audit
from duro.kernel import Clock, Mode, SubscriptionId
from duro.merchant_api.billing import (
    BillingService,
    GatewayRegistry,
    IncompleteService,
    PendingService,
    RefundService,
    RenewalOutcome,
)
from duro.payments import InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant

LEASE = TimeDelta(seconds=60)


@dataclass(frozen=True)
class Loop:
    """One merchant, and the services that renew its subscriptions."""

    merchant: StagedMerchant
    contexts: RepositoryContexts
    gateway: SimulatedGateway
    billing: BillingService
    pending: PendingService
    refunds: RefundService
    incomplete: IncompleteService
    admin: DatabasePool
    ids: Uuid7IdFactory

    async def renew(self, subscription_id: SubscriptionId, *, starting: bool = False) -> RenewalOutcome:
        return await self.billing.renew(self.merchant.tenant.id, subscription_id, starting=starting)

    async def subscription(self, subscription_id: SubscriptionId):
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            found = await repos.subscriptions.get(subscription_id)
        assert found is not None
        return found

    async def invoices(self, subscription_id: SubscriptionId):
        """Give the invoices of a subscription with their attempts, oldest first."""
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.invoices.list(PageRequest(limit=100), subscription_id=subscription_id)
            return [(one, await repos.attempts.of_invoice(one.id)) for one in reversed(page.items)]

    async def events(self, subscription_id: SubscriptionId) -> list[str]:
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.events.list(PageRequest(limit=100), subscription_id=subscription_id)
        ordered = sorted(page.items, key=lambda event: event.sequence)
        return [event.type for event in ordered]

    async def balances(self) -> dict[str, int]:
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            return {account: money.amount for (account, _), money in (await repos.ledger.balances()).items()}

    async def audit(self):
        return (await Audit(self.admin).run(self.contexts.mode)).findings


@pytest.fixture
def gateway() -> SimulatedGateway:
    return SimulatedGateway(SimulatedIssuer(InMemoryIssuerLedger()), timeout=TimeDelta(seconds=10))


@pytest_asyncio.fixture(loop_scope="session", params=list(Mode), ids=[mode.value for mode in Mode])
async def loop(
    request: pytest.FixtureRequest,
    database: ClonedDatabase,
    stage: Stage,
    clock: Clock,
    gateway: SimulatedGateway,
) -> AsyncIterator[Loop]:
    mode: Mode = request.param
    ids = Uuid7IdFactory(clock)
    pool = await DatabasePool.open(database.data_url(mode), max_size=10)
    admin = await DatabasePool.open(database.admin_url, max_size=2)
    contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids)
    gateways = GatewayRegistry(mode, [gateway], is_development=True)
    billing = BillingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE)
    merchant = await stage.merchant()
    yield Loop(
        merchant=merchant.in_mode(mode),
        contexts=contexts,
        gateway=gateway,
        billing=billing,
        pending=PendingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        refunds=RefundService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        incomplete=IncompleteService(contexts, billing, ids=ids, clock=clock),
        admin=admin,
        ids=ids,
    )
    await pool.close()
    await admin.close()
