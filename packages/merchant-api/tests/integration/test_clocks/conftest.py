"""One merchant told about twice: in real time, by the worker's services, and on a test clock."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.billing import Cadence, Interval, Subscription, TestClock
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import DatabasePool, PageRequest, RepositoryContexts
from duro.db.audit import Audit
from duro.db.records import InvoiceStatus, Plan
from duro.kernel import Clock, ConflictError, Currency, InvoiceId, Mode, Money, SubscriptionId, TenantId, TestClockId
from duro.merchant_api.billing import (
    BillingService,
    GatewayRegistry,
    IncompleteService,
    PendingService,
    RefundService,
)
from duro.merchant_api.billing.collection import Collection
from duro.merchant_api.credit import GrantCredit, GrantCreditCommand
from duro.merchant_api.customers import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.given import Given
from duro.merchant_api.invoices import PayInvoice, PayInvoiceCommand, VoidInvoice
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.merchant_api.plans import CreatePlan, CreatePlanCommand
from duro.merchant_api.pushed import RequestService
from duro.merchant_api.refunds import RefundInvoice, RefundInvoiceCommand
from duro.merchant_api.subscriptions import (
    CancelSubscription,
    CancelSubscriptionCommand,
    ChangePlan,
    ChangePlanCommand,
    PauseSubscription,
    ResumeSubscription,
    StartSubscription,
    StartSubscriptionCommand,
    UpdateSubscription,
    UpdateSubscriptionCommand,
)
from duro.merchant_api.test_clocks import (
    AdvanceTestClock,
    AdvanceTestClockCommand,
    CreateTestClock,
    CreateTestClockCommand,
    DueWork,
)
from duro.payments import CardDetails, ChargeGateway, InMemoryIssuerLedger, SimulatedCard, SimulatedGateway
from duro.payments import SimulatedIssuer as Bank
from duro.testkit.cloned_database import ClonedDatabase
from duro.testkit.stage import Stage
from duro.testkit.staged_merchant import StagedMerchant

LEASE = TimeDelta(seconds=60)
TABLES = """
    customers payment_methods subscriptions invoices invoice_lines pending_lines payment_attempts refunds
    credit_grants dunning_schedules dunning_events events journals ledger_entries""".split()
WRITTEN_ID = re.compile(r"[a-z]+_([0-7][0-9a-hjkmnp-tv-z]{25})")


class Trusted:
    """A machine whose clock is right."""

    async def check(self) -> None: ...


@dataclass(frozen=True)
class Services:
    """Everything that bills one mode, over one clock."""

    contexts: RepositoryContexts
    gateways: GatewayRegistry
    clock: Clock
    billing: BillingService
    pending: PendingService
    refunds: RefundService
    starts: IncompleteService
    dunning: DunningService
    requests: RequestService
    collection: Collection
    ids: Uuid7IdFactory

    @classmethod
    def over(cls, pool: DatabasePool, gateway: ChargeGateway, clock: Clock) -> "Services":
        ids = Uuid7IdFactory(SystemClock())
        contexts = RepositoryContexts(pool, Mode.TEST, clock=clock, ids=ids)
        gateways = GatewayRegistry(Mode.TEST, [gateway], is_development=True)
        billing = BillingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE)
        return cls(
            contexts=contexts,
            gateways=gateways,
            clock=clock,
            billing=billing,
            pending=PendingService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            refunds=RefundService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            starts=IncompleteService(contexts, billing, ids=ids, clock=clock),
            dunning=DunningService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            requests=RequestService(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            collection=Collection(contexts, gateways, ids=ids, clock=clock, lease=LEASE),
            ids=ids,
        )

    def advance(self) -> AdvanceTestClock:
        work = DueWork(
            billing=self.billing,
            pending=self.pending,
            refunds=self.refunds,
            starts=self.starts,
            dunning=self.dunning,
            requests=self.requests,
        )
        return AdvanceTestClock(self.contexts, work, self.ids, self.clock, lease=LEASE)


@dataclass
class Town:
    """A merchant and the customers of a story, whose acts are the same whichever way time passes there."""

    tenant_id: TenantId
    services: Services
    admin: DatabasePool
    test_clock_id: TestClockId | None = None
    subscriptions: list[SubscriptionId] = field(default_factory=list)

    async def plan(
        self,
        interval: Interval = Interval.MONTH,
        amount: int = 500_000,
        *,
        trial_days: int = 0,
        max_cycles: int | None = None,
    ) -> Plan:
        command = CreatePlanCommand(
            name="Gold",
            amount=Money(amount, Currency("NGN")),
            cadence=Cadence(interval, 1),
            trial_days=trial_days,
            max_cycles=max_cycles,
        )
        one = self.services
        return await CreatePlan(one.contexts, one.ids, one.clock).execute(self.tenant_id, command)

    async def start(self, plan: Plan, card: SimulatedCard | None = SimulatedCard.APPROVE) -> Subscription:
        """Start a subscription of a new customer."""
        one = self.services
        customer = await CreateCustomer(one.contexts, one.ids, one.clock).execute(
            self.tenant_id, CreateCustomerCommand(email="ada@example.com", test_clock_id=self.test_clock_id)
        )
        method = None
        if card is not None:
            attach = AttachPaymentMethod(one.contexts, one.gateways, one.ids, one.clock, keys=CardKeys(b"a key"))
            details = CardDetails(number=card.number, exp_month=12, exp_year=2060, cvc="123")
            command = AttachPaymentMethodCommand(customer_id=customer.id, card=details)
            method = (await attach.execute(self.tenant_id, command)).id
        start = StartSubscription(one.contexts, one.billing, one.gateways, one.ids, one.clock)
        order = StartSubscriptionCommand(customer_id=customer.id, plan_id=plan.id, payment_method_id=method)
        subscription = await start.execute(self.tenant_id, order)
        self.subscriptions.append(subscription.id)
        return subscription

    async def cancel(self, subscription_id: SubscriptionId, *, at_period_end: bool) -> None:
        one = self.services
        command = CancelSubscriptionCommand(subscription_id=subscription_id, at_period_end=at_period_end)
        await CancelSubscription(one.contexts, one.ids, one.clock).execute(self.tenant_id, command)

    async def keep(self, subscription_id: SubscriptionId) -> None:
        one = self.services
        command = UpdateSubscriptionCommand(subscription_id=subscription_id, cancel_at_period_end=Given(value=False))
        await UpdateSubscription(one.contexts, one.ids, one.clock).execute(self.tenant_id, command)

    async def pause(self, subscription_id: SubscriptionId) -> None:
        one = self.services
        await PauseSubscription(one.contexts, one.ids, one.clock).execute(self.tenant_id, subscription_id)

    async def resume(self, subscription_id: SubscriptionId) -> None:
        one = self.services
        act = ResumeSubscription(one.contexts, one.billing, ids=one.ids, clock=one.clock)
        await act.execute(self.tenant_id, subscription_id)

    async def change(self, subscription_id: SubscriptionId, plan: Plan, **how: StrEnum) -> None:
        """Put a subscription on another plan."""
        one = self.services
        act = ChangePlan(one.contexts, one.collection, one.gateways, Trusted(), ids=one.ids, clock=one.clock)
        await act.execute(
            self.tenant_id, ChangePlanCommand(subscription_id=subscription_id, plan_id=plan.id, quantity=2, **how)
        )

    async def credit(self, subscription_id: SubscriptionId, amount: int) -> None:
        one = self.services
        command = GrantCreditCommand(subscription_id=subscription_id, amount=amount, reason="goodwill")
        await GrantCredit(one.contexts, one.ids, one.clock).execute(self.tenant_id, command)

    async def refund(self, subscription_id: SubscriptionId, amount: int) -> None:
        """Give some of the last paid invoice back."""
        one = self.services
        invoice_id = await self._invoice(subscription_id, InvoiceStatus.PAID)
        act = RefundInvoice(one.contexts, one.refunds, Trusted(), ids=one.ids, clock=one.clock)
        await act.execute(self.tenant_id, RefundInvoiceCommand(invoice_id=invoice_id, amount=amount))

    async def pay(self, subscription_id: SubscriptionId) -> None:
        """Ask once more for the oldest invoice that is open."""
        one = self.services
        invoice_id = await self._invoice(subscription_id, InvoiceStatus.OPEN)
        act = PayInvoice(one.contexts, one.collection, Trusted(), ids=one.ids, clock=one.clock)
        await act.execute(self.tenant_id, PayInvoiceCommand(invoice_id=invoice_id))

    async def void(self, subscription_id: SubscriptionId) -> None:
        """Take the oldest open invoice back."""
        one = self.services
        invoice_id = await self._invoice(subscription_id, InvoiceStatus.OPEN)
        await VoidInvoice(one.contexts, one.ids, one.clock).execute(self.tenant_id, invoice_id)

    async def _invoice(self, subscription_id: SubscriptionId, status: InvoiceStatus) -> InvoiceId:
        async with self.services.contexts.open(self.tenant_id) as repos:
            page = await repos.invoices.list(PageRequest(limit=100), subscription_id=subscription_id)
        found = [invoice.id for invoice in page.items if invoice.status is status]
        if not found:
            raise ConflictError("nothing_of_the_kind", "There is no such invoice.")
        return found[-1 if status is InvoiceStatus.OPEN else 0]

    async def advance(self, to: Instant) -> TestClock:
        """Advance the town's test clock once."""
        assert self.test_clock_id is not None
        command = AdvanceTestClockCommand(clock_id=self.test_clock_id, to=to)
        return await self.services.advance().execute(self.tenant_id, command)

    async def until(self, to: Instant) -> None:
        """Advance the town's test clock until it arrives."""
        while (await self.advance(to)).is_advancing:
            pass

    async def subscription(self, number: int = 0) -> Subscription:
        async with self.services.contexts.open(self.tenant_id) as repos:
            found = await repos.subscriptions.get(self.subscriptions[number])
        assert found is not None
        return found

    async def read(self, statement: str) -> list[Any]:
        async with self.admin.acquire() as connection:
            return await connection.fetch(statement, self.tenant_id.value)

    async def log(self) -> list[tuple[object, ...]]:
        """Tell every event in the order it was written, with the subscription's number instead of its id."""
        rows = await self.read(
            "select subscription_id, type, sequence, created_at from test.events where tenant_id = $1 order by id"
        )
        numbers = {one.value: number for number, one in enumerate(self.subscriptions)}
        return [
            (numbers[row["subscription_id"]], row["type"], row["sequence"], row["created_at"])
            for row in rows
            if row["subscription_id"] in numbers
        ]

    async def findings(self) -> object:
        return (await Audit(self.admin).run(Mode.TEST)).findings

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Give every row of the merchant, each id replaced by what it is the id of, whose, and the how manyth."""
        raw = {name: await self._raw(name) for name in TABLES}
        names = {str(self.tenant_id.value): "tenant"}
        if self.test_clock_id is not None:
            names[str(self.test_clock_id.value)] = "clock"
        plans = await self.read("select id from test.plans where tenant_id = $1 order by id")
        names |= {str(row["id"]): f"plan {number}" for number, row in enumerate(plans)}
        names |= {str(one.value): f"subscription {number}" for number, one in enumerate(self.subscriptions)}
        for row in raw["subscriptions"]:
            names[row["customer_id"]] = f"customer of {names[row['id']]}"
            names[row["payment_method_id"]] = f"method of {names[row['id']]}"
        names |= {row["card_key"]: f"card {row['fingerprint']}" for row in raw["payment_methods"]}
        counts: dict[str, int] = defaultdict(int)
        owners = {
            "invoices": "subscription_id",
            "pending_lines": "subscription_id",
            "payment_attempts": "invoice_id",
            "refunds": "attempt_id",
            "credit_grants": "subscription_id",
            "dunning_schedules": "invoice_id",
            "dunning_events": "schedule_id",
            "events": "subscription_id",
            "journals": "cause_id",
        }
        for table, owner in owners.items():
            for row in raw[table]:
                stem = f"{table} {row.get('cause_type', '')} of {names[row[owner]]}"
                names[row["id"]] = f"{stem} {counts[stem]}"
                counts[stem] += 1
        return {
            table: sorted((self._named(row, names) for row in rows), key=lambda row: repr(sorted(row.items())))
            for table, rows in raw.items()
        }

    async def _raw(self, table: str) -> list[dict[str, Any]]:
        key = {"invoice_lines": "invoice_id, position", "ledger_entries": "journal_id, position"}.get(table, "id")
        rows = await self.read(f"select to_jsonb(t) as row from test.{table} t where tenant_id = $1 order by {key}")
        return [row["row"] for row in rows]

    @classmethod
    def _named(cls, value, names: dict[str, str]) -> object:
        match value:
            case dict():
                return {key: cls._named(inner, names) for key, inner in value.items() if key != "test_clock_id"}
            case str():
                written = WRITTEN_ID.sub(lambda found: names[str(cls._uuid(found[1]))], value)
                return names.get(written, written)
            case _:
                return value

    @staticmethod
    def _uuid(suffix: str) -> UUID:
        return SubscriptionId.parse(f"sub_{suffix}").value


@dataclass
class Towns:
    """Makes towns in one database, each with a merchant and a bank of its own."""

    database: ClonedDatabase
    stage: Stage
    pool: DatabasePool
    sweep: DatabasePool
    admin: DatabasePool

    @classmethod
    @asynccontextmanager
    async def open(cls, database: ClonedDatabase, stage: Stage) -> AsyncIterator["Towns"]:
        async with AsyncExitStack() as stack:
            pools: list[DatabasePool] = []
            for url in (database.test_url, database.sweep_url, database.admin_url):
                pools.append(await DatabasePool.open(url, max_size=4))
                stack.push_async_callback(pools[-1].close)
            yield cls(database, stage, *pools)

    async def on_test_clock(
        self, now: Instant, *, real: Clock, gateway: ChargeGateway | None = None, merchant: StagedMerchant | None = None
    ) -> Town:
        tenant_id = (merchant or await self.stage.merchant()).tenant.id
        services = Services.over(self.pool, gateway or self.bank(), real)
        create = CreateTestClock(services.contexts, services.ids, services.clock)
        made = await create.execute(tenant_id, CreateTestClockCommand(name="A year", now=now))
        return Town(tenant_id, services, self.admin, made.id)

    async def in_real_time(self, clock: Clock) -> Town:
        tenant_id = (await self.stage.merchant()).tenant.id
        return Town(tenant_id, Services.over(self.pool, self.bank(), clock), self.admin)

    @staticmethod
    def bank() -> SimulatedGateway:
        return SimulatedGateway(Bank(InMemoryIssuerLedger()), timeout=TimeDelta(seconds=10))


@pytest_asyncio.fixture(loop_scope="session")
async def towns(database: ClonedDatabase, stage: Stage) -> AsyncIterator[Towns]:
    async with Towns.open(database, stage) as towns:
        yield towns


@pytest.fixture
def noon() -> Instant:
    """Name when stories begin."""
    return Instant.from_utc(2030, 1, 31, hour=12)
