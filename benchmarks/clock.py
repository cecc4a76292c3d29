"""How fast a year passes on a test clock, beside how fast PostgreSQL could write the same renewals."""

import argparse
import asyncio
import json
from statistics import median
from typing import Final, final

import uvloop
from harness.pgbench import RenewalLimit
from whenever import Instant, TimeDelta

from duro.billing import Cadence, Interval
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import DatabasePool, RepositoryContexts, RoleUrls
from duro.db.migrator import Migrator
from duro.db.records import Plan
from duro.kernel import Clock, Currency, Mode, Money, SubscriptionId, TenantId, TestClockId
from duro.merchant_api.billing import (
    BillingService,
    GatewayRegistry,
    IncompleteService,
    PendingService,
    RefundService,
)
from duro.merchant_api.customers import CreateCustomer, CreateCustomerCommand
from duro.merchant_api.dunning import DunningService
from duro.merchant_api.payment_methods import AttachPaymentMethod, AttachPaymentMethodCommand, CardKeys
from duro.merchant_api.plans import CreatePlan, CreatePlanCommand
from duro.merchant_api.pushed import RequestService
from duro.merchant_api.subscriptions import StartSubscription, StartSubscriptionCommand
from duro.merchant_api.test_clocks import (
    AdvanceTestClock,
    AdvanceTestClockCommand,
    CreateTestClock,
    CreateTestClockCommand,
    DueWork,
)
from duro.payments import CardDetails, InMemoryIssuerLedger, SimulatedGateway, SimulatedIssuer
from duro.testkit.embedded_servers import EmbeddedServers
from duro.testkit.stage import Stage

_BEGIN: Final = Instant.from_utc(2030, 1, 31, hour=12)
_LEASE: Final = TimeDelta(seconds=60)
_SETTLED: Final = "vacuum analyze"
_LOG: Final = """
    select type, sequence, created_at, subscription_id from test.events
    where tenant_id = $1 order by id"""


@final
class ClockedMerchant:
    """A merchant of test mode whose customers live on one test clock, with everything that bills them."""

    def __init__(self, pool: DatabasePool, tenant_id: TenantId, clock: Clock) -> None:
        self.tenant_id = tenant_id
        self._clock = clock
        self._ids = Uuid7IdFactory(clock)
        self._contexts = RepositoryContexts(pool, Mode.TEST, clock=clock, ids=self._ids)
        gateway = SimulatedGateway(SimulatedIssuer(InMemoryIssuerLedger()), timeout=TimeDelta(seconds=10))
        self._gateways = GatewayRegistry(Mode.TEST, [gateway], is_development=True)
        services = {"ids": self._ids, "clock": clock, "lease": _LEASE}
        self._billing = BillingService(self._contexts, self._gateways, **services)
        work = DueWork(
            billing=self._billing,
            pending=PendingService(self._contexts, self._gateways, **services),
            refunds=RefundService(self._contexts, self._gateways, **services),
            starts=IncompleteService(self._contexts, self._billing, ids=self._ids, clock=clock),
            dunning=DunningService(self._contexts, self._gateways, **services),
            requests=RequestService(self._contexts, self._gateways, **services),
        )
        self._advance = AdvanceTestClock(self._contexts, work, self._ids, clock, lease=_LEASE)
        self.subscriptions: list[SubscriptionId] = []

    async def begin(self, *, subscriptions: int, apart: TimeDelta) -> TestClockId:
        """Start the subscriptions on a new clock, each so long after the one before."""
        create = CreateTestClock(self._contexts, self._ids, self._clock)
        made = await create.execute(self.tenant_id, CreateTestClockCommand(name="Benchmark", now=_BEGIN))
        money = Money(500_000, Currency("NGN"))
        command = CreatePlanCommand(name="Gold", amount=money, cadence=Cadence(Interval.MONTH, 1))
        plan = await CreatePlan(self._contexts, self._ids, self._clock).execute(self.tenant_id, command)
        for number in range(subscriptions):
            await self.until(made.id, _BEGIN + apart * number)
            await self._start(made.id, plan)
        return made.id

    async def until(self, clock_id: TestClockId, to: Instant) -> int:
        """Advance until it arrives; say in how many calls."""
        calls = 1
        command = AdvanceTestClockCommand(clock_id=clock_id, to=to)
        while (await self._advance.execute(self.tenant_id, command)).is_advancing:
            calls += 1
        return calls

    async def _start(self, clock_id: TestClockId, plan: Plan) -> None:
        who = CreateCustomerCommand(email="ada@example.com", test_clock_id=clock_id)
        customer = await CreateCustomer(self._contexts, self._ids, self._clock).execute(self.tenant_id, who)
        attach = AttachPaymentMethod(self._contexts, self._gateways, self._ids, self._clock, keys=CardKeys(b"a key"))
        card = CardDetails(number="4242424242424242", exp_month=12, exp_year=2060, cvc="123")
        method = await attach.execute(self.tenant_id, AttachPaymentMethodCommand(customer_id=customer.id, card=card))
        start = StartSubscription(self._contexts, self._billing, self._gateways, self._ids, self._clock)
        order = StartSubscriptionCommand(customer_id=customer.id, plan_id=plan.id, payment_method_id=method.id)
        self.subscriptions.append((await start.execute(self.tenant_id, order)).id)


async def year(options: argparse.Namespace, urls: RoleUrls, admin: DatabasePool, apart: TimeDelta) -> tuple[float, str]:
    """Let the months pass for a new merchant; give renewals per second and what the event log came to."""
    clock, loop = SystemClock(), asyncio.get_running_loop()
    pool = await DatabasePool.open(urls.test, max_size=10)
    merchant = await Stage(admin, clock=clock, ids=Uuid7IdFactory(clock)).merchant()
    town = ClockedMerchant(pool, merchant.tenant.id, clock)
    clock_id = await town.begin(subscriptions=options.subscriptions, apart=apart)
    async with admin.acquire() as connection:
        await connection.execute(_SETTLED)
    end = _BEGIN + TimeDelta(hours=24 * 365) + apart * options.subscriptions
    began = loop.time()
    calls = await town.until(clock_id, end)
    seconds = loop.time() - began
    async with admin.acquire() as connection:
        rows = await connection.fetch(_LOG, town.tenant_id.value)
    await pool.close()
    numbers = {one.value: number for number, one in enumerate(town.subscriptions)}
    log = "\n".join(f"{numbers[one['subscription_id']]} {one['type']} {one['created_at']}" for one in rows)
    renewals = log.count("payment_success") - options.subscriptions
    print(f"{renewals} renewals in {seconds:.2f} s and {calls} calls")
    return renewals / seconds, log


async def run(options: argparse.Namespace) -> dict[str, object]:
    async with EmbeddedServers.running() as servers:
        admin_url = servers.postgres.admin_url()
        await Migrator(admin_url).upgrade()
        admin = await DatabasePool.open(admin_url, max_size=4)
        urls = RoleUrls.derive(admin_url)
        figures: dict[str, object] = {}
        rates: dict[str, float] = {}
        for name, apart in (("together", TimeDelta()), ("apart", TimeDelta(hours=1))):
            told = [await year(options, urls, admin, apart) for _ in range(options.rounds)]
            rates[name] = median(rate for rate, _ in told)
            figures[f"renewals_per_second_{name}"] = round(rates[name], 1)
            figures[f"same_log_{name}"] = len({log for _, log in told}) == 1
        limit = await RenewalLimit(servers.postgres, admin, clients=1, seconds=options.limit_seconds).measure()
        await admin.close()
    shares = {f"share_of_limit_{name}": round(rates[name] / limit, 2) for name in rates}
    return {**figures, "limit_per_second": round(limit, 1), **shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit-seconds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = uvloop.run(run(options))
    for name, value in figures.items():
        print(f"{name:32} {value!s:>12}")
    if options.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
