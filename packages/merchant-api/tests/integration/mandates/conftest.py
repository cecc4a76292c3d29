"""One merchant whose customers approve debits, over a real Postgres, with the whole simulated provider in process."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest_asyncio
from whenever import TimeDelta

from duro.crypto import Uuid7IdFactory
from duro.db import DatabasePool, PageRequest, RepositoryContexts
from duro.db.audit import Audit
from duro.db.records import PaymentMethod
from duro.db.sweeps import Sweeps
from duro.kernel import Clock, Currency, Mode, Money, PaymentMethodId
from duro.merchant_api.billing import BillingService, GatewayRegistry, IncompleteService
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import DunningService, RetryNow
from duro.merchant_api.payment_methods import (
    AttachMandate,
    AttachMandateCommand,
    DetachPaymentMethod,
    MandateService,
)
from duro.payments import Declined, InMemoryIssuerLedger, SimulatedGateway, SimulatedMandates, SimulatedProvider
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.trusted_clock import TrustedClock

LEASE = TimeDelta(seconds=60)


class WatchedMandates:
    """The provider's mandates, with what was asked of them; a process may die before it asks."""

    def __init__(self, inner: SimulatedMandates) -> None:
        self._inner = inner
        self.asked: list[str] = []
        self.is_killed = self.is_killed_after = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def create(self, order):
        if self.is_killed:
            raise KeyboardInterrupt
        self.asked.append(f"create {order.reference}")
        answer = await self._inner.create(order)
        if self.is_killed_after:
            raise KeyboardInterrupt
        return answer

    async def lookup(self, reference: str):
        self.asked.append(f"lookup {reference}")
        return await self._inner.lookup(reference)

    async def cancel(self, reference: str):
        if self.is_killed:
            raise KeyboardInterrupt
        self.asked.append(f"cancel {reference}")
        return await self._inner.cancel(reference)


class ForbiddingGateway:
    """The provider's charges, of which the bank may forbid the next one for ever."""

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self.is_forbidding = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        if self.is_forbidding:
            self.is_forbidding = False
            return Declined("43", "Stolen card", None)
        return await self._inner.charge(request)


@dataclass(frozen=True)
class Town:
    """One merchant in test mode, and what its customers' banks do."""

    merchant: StagedMerchant
    contexts: RepositoryContexts
    provider: SimulatedProvider
    mandates: WatchedMandates
    gateway: ForbiddingGateway
    gateways: GatewayRegistry
    service: MandateService
    billing: BillingService
    incomplete: IncompleteService
    dunning: DunningService
    collection: Collection
    sweeps: Sweeps
    admin: DatabasePool
    ids: Uuid7IdFactory
    clock: Clock

    @property
    def tenant_id(self):
        return self.merchant.tenant.id

    async def attach(self, account: str, customer=None, *, ceiling: int = 2_000_000, **receipt) -> PaymentMethod:
        customer = customer or await self.merchant.customer()
        command = AttachMandateCommand(
            customer_id=customer.id, account_number=account, bank_code="058", ceiling=Money(ceiling, Currency("NGN"))
        )
        act = AttachMandate(self.contexts, self.gateways, self.ids, self.clock)
        return await act.execute(self.tenant_id, command, **receipt)

    async def detach(self, method_id: PaymentMethodId) -> PaymentMethod:
        act = DetachPaymentMethod(self.contexts, self.service, self.ids, self.clock)
        return await act.execute(self.tenant_id, method_id)

    async def refresh(self, method_id: PaymentMethodId) -> str | None:
        return await self.service.refresh(self.tenant_id, method_id)

    async def method(self, method_id: PaymentMethodId) -> PaymentMethod:
        async with self.contexts.open(self.tenant_id) as repos:
            found = await repos.payment_methods.get(method_id)
        assert found is not None
        return found

    async def methods(self, customer) -> Sequence[PaymentMethod]:
        async with self.contexts.open(self.tenant_id) as repos:
            return (await repos.payment_methods.list(PageRequest(), customer_id=customer.id)).items

    async def due(self) -> Sequence[PaymentMethodId]:
        """What the scanner would queue by now."""
        found = await self.sweeps.due_mandates(self.contexts.mode, self.clock.now())
        return [method for tenant, method in found if tenant == self.tenant_id]

    async def look(self) -> None:
        """Let two minutes go by, and the worker look at what is due then."""
        self.clock.advance(TimeDelta(minutes=2))
        for method_id in await self.due():
            await self.refresh(method_id)

    def bar_next(self) -> None:
        """Let the bank say to the next charge that its card was stolen."""
        self.gateway.is_forbidding = True

    async def retry_now(self, subscription):
        case = await self.case(subscription)
        return await RetryNow(self.contexts, self.collection, TrustedClock(), ids=self.ids).execute(
            self.tenant_id, case.id
        )

    async def subscription(self, subscription):
        async with self.contexts.open(self.tenant_id) as repos:
            return await repos.subscriptions.get(subscription.id)

    async def attempts(self, subscription):
        """All attempts to collect the subscription's only invoice, oldest first."""
        async with self.contexts.open(self.tenant_id) as repos:
            [invoice] = (await repos.invoices.list(PageRequest(), subscription_id=subscription.id)).items
            return await repos.attempts.of_invoice(invoice.id)

    async def case(self, subscription):
        async with self.contexts.open(self.tenant_id) as repos:
            [case] = (await repos.dunning.list(PageRequest(), subscription_id=subscription.id)).items
        return case

    async def work(self, subscription):
        """Work on the subscription's case when it wakes."""
        case = await self.case(subscription)
        assert case.wake_at is not None
        self.clock.set(max(case.wake_at, self.clock.now()))
        return await self.dunning.process(self.tenant_id, case.id)

    async def audit(self):
        return (await Audit(self.admin).run(self.contexts.mode)).findings


@pytest_asyncio.fixture(loop_scope="session")
async def town(database: ClonedDatabase, stage: Stage, clock: Clock) -> AsyncIterator[Town]:
    mode, ids = Mode.TEST, Uuid7IdFactory(clock)
    pool = await DatabasePool.open(database.data_url(mode), max_size=10)
    sweep = await DatabasePool.open(database.sweep_url, max_size=2)
    admin = await DatabasePool.open(database.admin_url, max_size=2)
    contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids)
    provider = SimulatedProvider.over(InMemoryIssuerLedger(), clock=clock)
    mandates = WatchedMandates(SimulatedMandates(provider.mandates))
    gateway = ForbiddingGateway(SimulatedGateway(provider.issuer, timeout=TimeDelta(seconds=10)))
    gateways = GatewayRegistry(mode, [gateway], is_development=True, mandates=[mandates])
    billing = BillingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE)
    yield Town(
        merchant=(await stage.merchant()).in_mode(mode),
        contexts=contexts,
        provider=provider,
        mandates=mandates,
        gateway=gateway,
        gateways=gateways,
        service=MandateService(contexts, gateways, clock=clock),
        billing=billing,
        incomplete=IncompleteService(contexts, billing, ids=ids, clock=clock),
        dunning=DunningService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        collection=Collection(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        sweeps=Sweeps(sweep),
        admin=admin,
        ids=ids,
        clock=clock,
    )
    for opened in (pool, sweep, admin):
        await opened.close()
