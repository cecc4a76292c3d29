"""Recovery cases of one merchant over a real Postgres, with a provider that answers as a test says."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.crypto import Uuid7IdFactory
from duro.db import DatabasePool, PageRequest, RepositoryContexts
from duro.db.audit import Audit
from duro.db.records import AttemptStatus
from duro.db.sweeps import Sweeps
from duro.kernel import Clock, Currency, DunningScheduleId, IdFactory, Mode, Money
from duro.merchant_api.billing import (
    BillingService,
    GatewayRegistry,
    PendingService,
    RefundService,
    RenewalOutcome,
)
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.dunning import DunningService, PauseCase, RetryNow
from duro.merchant_api.pushed import ReceiveMoney, RequestService
from duro.merchant_api.refunds import RefundInvoice
from duro.payments import (
    Approved,
    Declined,
    InMemoryIssuerLedger,
    SimulatedCard,
    SimulatedGateway,
    SimulatedPaymentRequests,
    SimulatedProvider,
    Unknown,
)
from duro.payments.simulated import ApprovalDesk, PayerOrder, SimulatedPushBank
from duro.testkit.builders import CustomerBuilder, PaymentMethodBuilder, SubscriptionBuilder
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant
from duro.testkit.trusted_clock import TrustedClock

LEASE = TimeDelta(seconds=60)
NO_FUNDS = Declined("51", "Insufficient funds", None)


class MoodyGateway:
    """The simulated provider, whose next answers a test may dictate, `...` for its own; past those it takes the money.

    It says nothing of fees unless a test has it.
    """

    def __init__(self, inner: SimulatedGateway) -> None:
        self._inner = inner
        self.answers: list[object] = []
        self.sent: list[str] = []
        self.lookups: dict[str, object] = {}
        self.looked_up: list[str] = []
        self.kept: Callable[[Money], Money | None] = lambda _: None

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def lookup(self, reference):
        self.looked_up.append(reference)
        if reference in self.lookups:
            return self.lookups[reference]
        return await self._inner.lookup(reference)

    async def charge(self, request):
        self.sent.append(request.reference)
        if self.answers:
            answer = self.answers.pop(0)
            return await self._inner.charge(request) if answer is ... else answer
        return Approved(request.reference, request.amount, self.kept(request.amount))


class SilentRequests:
    """The simulated push rails; a test may have the next orders never answered, or never sent."""

    def __init__(self, inner: SimulatedPaymentRequests) -> None:
        self._inner = inner
        self.opened: list[str] = []
        self.lost: int = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def open(self, order):
        self.opened.append(order.reference)
        if self.lost:
            self.lost -= 1
            return Unknown("Lost on the way.")
        return await self._inner.open(order)


@dataclass(frozen=True)
class Recovery:
    """One merchant, and the services that renew and recover."""

    merchant: StagedMerchant
    contexts: RepositoryContexts
    gateway: MoodyGateway
    gateways: GatewayRegistry
    billing: BillingService
    pending: PendingService
    dunning: DunningService
    retries: RetryNow
    pauses: PauseCase
    bank: SimulatedPushBank
    approvals: ApprovalDesk
    asking: SilentRequests
    requests: RequestService
    receive: ReceiveMoney
    refund: RefundInvoice
    sweeps: Sweeps
    admin: DatabasePool
    clock: Clock
    ids: IdFactory

    async def declined(self, *answers: object, plan=None, phone=None, card=SimulatedCard.APPROVE, **builder):
        """A subscription whose renewal was just declined."""
        self.gateway.answers[:] = answers or [NO_FUNDS]
        customer = await self.merchant.customer(CustomerBuilder(phone=phone))
        method = await self.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
        subscription = await self.merchant.subscription(plan, customer, method, builder=SubscriptionBuilder(**builder))
        assert await self.billing.renew(self.merchant.tenant.id, subscription.id) is RenewalOutcome.DUNNING
        return subscription

    async def subscription(self, subscription):
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.subscriptions.get(subscription.id)

    async def case(self, subscription):
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.dunning.list(PageRequest(limit=10), subscription_id=subscription.id)
        [case] = page.items
        return case

    async def steps(self, subscription):
        """What happened to the case, oldest first."""
        case = await self.case(subscription)
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.dunning.events(case.id, PageRequest(limit=100))
        return page.items[::-1]

    async def story(self, subscription) -> list[str]:
        return [event.kind.value for event in await self.steps(subscription)]

    async def invoice(self, subscription):
        case = await self.case(subscription)
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.invoices.get(case.invoice_id)

    async def asked(self, subscription):
        """What the payer was asked to push, oldest first."""
        case = await self.case(subscription)
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.payment_requests.of_invoices([case.invoice_id])

    async def look(self) -> list[str]:
        """Let everything be looked at that was asked of payers and is due."""
        found = await self.sweeps.due_payment_requests(self.contexts.mode, self.clock.now())
        ours = [request for tenant, request in found if tenant == self.merchant.tenant.id]
        return [await self.requests.process(self.merchant.tenant.id, request) for request in ours]

    async def pay(self, request, amount: int) -> None:
        """Let the payer push so much for a request by USSD."""
        await self.bank.pay(PayerOrder(request.reference, None, Money(amount, Currency("NGN"))))

    async def look_after(self, wait: TimeDelta) -> list[str]:
        self.clock.advance(wait)
        return await self.look()

    async def told(self, subscription) -> list[str]:
        """What the payer was told, in order."""
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.messages.list(PageRequest(limit=100), subscription_id=subscription.id)
        return [message.kind.value for message in reversed(page.items)]

    async def events(self, subscription) -> list[str]:
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.events.list(PageRequest(limit=100), subscription_id=subscription.id)
        return [event.type for event in sorted(page.items, key=lambda event: event.sequence)]

    async def due(self) -> Sequence[DunningScheduleId]:
        """What the scanner would queue by now."""
        found = await self.sweeps.due_cases(self.contexts.mode, self.clock.now())
        return [case for tenant, case in found if tenant == self.merchant.tenant.id]

    async def work(self, subscription) -> RenewalOutcome:
        return await self.dunning.process(self.merchant.tenant.id, (await self.case(subscription)).id)

    async def retry_now(self, subscription) -> RenewalOutcome:
        told = await self.retries.execute(self.merchant.tenant.id, (await self.case(subscription)).id)
        match told.attempts[-1].status:
            case AttemptStatus.SUCCEEDED:
                return RenewalOutcome.CHARGED
            case AttemptStatus.FAILED:
                return RenewalOutcome.DUNNING
        return RenewalOutcome.PENDING

    async def new_card(self, subscription) -> None:
        """Let the payer bring another card."""
        customer = await self._customer(subscription)
        await self.pay_with(
            subscription,
            await self.merchant.payment_method(customer, PaymentMethodBuilder(card=SimulatedCard.APPROVE)),
        )

    async def pay_with(self, subscription, method) -> None:
        """Let another saved method be the subscription's from now on."""
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            locked = await repos.subscriptions.lock(subscription.id)
            await repos.subscriptions.update(replace(locked, payment_method_id=method.id))
            await repos.dunning.wake(subscription.id, now=self.clock.now())

    async def _customer(self, subscription):
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            return await repos.customers.get(subscription.customer_id)

    async def until(self, at: Instant) -> None:
        """Let time go on, and whatever wakes by then be worked on when it wakes."""
        for _ in range(100):
            wakes = await self._wakes()
            if not wakes or min(wakes) > at:
                break
            self.clock.set(max(min(wakes), self.clock.now()))
            for case in await self.due():
                await self.dunning.process(self.merchant.tenant.id, case)
        self.clock.set(at)

    async def _wakes(self) -> list[Instant]:
        async with self.contexts.open(self.merchant.tenant.id) as repos:
            page = await repos.dunning.list(PageRequest(limit=100))
        return [case.wake_at for case in page.items if case.wake_at is not None]

    async def audit(self):
        return (await Audit(self.admin).run(self.contexts.mode)).findings


@pytest_asyncio.fixture(loop_scope="session")
async def recovery(database: ClonedDatabase, stage: Stage, clock: Clock) -> AsyncIterator[Recovery]:
    mode = Mode.TEST
    ids = Uuid7IdFactory(clock)
    pool = await DatabasePool.open(database.data_url(mode), max_size=10)
    sweep = await DatabasePool.open(database.sweep_url, max_size=2)
    admin = await DatabasePool.open(database.admin_url, max_size=2)
    contexts = RepositoryContexts(pool, mode, clock=clock, ids=ids)
    provider = SimulatedProvider.over(InMemoryIssuerLedger(), clock=clock)
    gateway = MoodyGateway(SimulatedGateway(provider.issuer, timeout=TimeDelta(seconds=10)))
    asking = SilentRequests(SimulatedPaymentRequests(provider.pushes))
    gateways = GatewayRegistry(mode, [gateway], is_development=True, asking=[asking])
    merchant = await stage.merchant()
    yield Recovery(
        merchant=merchant.in_mode(mode),
        contexts=contexts,
        gateway=gateway,
        gateways=gateways,
        billing=BillingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        pending=PendingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        dunning=DunningService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        retries=RetryNow(
            contexts, Collection(contexts, gateways, ids=ids, clock=clock, lease=LEASE), TrustedClock(), ids=ids
        ),
        pauses=PauseCase(contexts, ids=ids, clock=clock),
        bank=provider.pushes,
        approvals=provider.approvals,
        asking=asking,
        requests=RequestService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
        receive=ReceiveMoney(contexts, gateways, ids=ids, clock=clock),
        refund=RefundInvoice(
            contexts,
            RefundService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            TrustedClock(),
            ids=ids,
            clock=clock,
        ),
        sweeps=Sweeps(sweep),
        admin=admin,
        clock=clock,
        ids=ids,
    )
    for opened in (pool, sweep, admin):
        await opened.close()


@pytest.fixture
async def books_in_order(recovery):
    """Whatever happened, the books are in order afterwards."""
    yield
    assert await recovery.audit() == ()


@pytest.fixture
async def sub(recovery):
    """A subscription whose stolen card was declined, and whose payer was asked by USSD."""
    subscription = await recovery.declined(Declined("43", "Stolen card", None), phone="+2348030001122")
    await recovery.work(subscription)
    return subscription
