from itertools import cycle
from typing import ClassVar, final

from duro.billing.recovery import Rail
from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db import PageRequest
from duro.db.pool import DatabasePool
from duro.db.push_rows import PaymentRequest, PaymentRequestStatus
from duro.kernel import Mode, PaymentRequestId
from duro.payments import SimulatedCard
from duro.testkit import ProcessRunner, RunningService, ServiceCommand, Stage, StagedMerchant
from duro.testkit.builders import CustomerBuilder, PaymentMethodBuilder, PlanBuilder
from duro.testkit.declined_renewals import DeclinedRenewals
from notices.form import NoticeForm


@final
class Town:
    """Merchants of both modes whose payers are charged or push money, and everything that runs for them."""

    SECRET: ClassVar[str] = "what the provider signs with"
    PAYERS: ClassVar[tuple[str, ...]] = tuple(f"+23481000000{number:02d}" for number in (1, 2, 3, 4, 7, 11, 12))
    """Those who pay exactly, short, over, twice and in parts, and two of whom nobody hears at first."""

    def __init__(self, form: NoticeForm, processes: ProcessRunner, *, database, redis_url: str, folder) -> None:
        self.form = form
        self._processes = processes
        self._database = database
        self._folder = folder
        self._ports = [processes.free_port() for _ in range(3)]
        self.gateway_url, self.api_url, _ = (f"http://127.0.0.1:{port}" for port in self._ports)
        self._settings = {
            "DURO_PROFILE": "development",
            "DURO_TEST_DATABASE_URL": database.test_url,
            "DURO_LIVE_DATABASE_URL": database.live_url,
            "DURO_SWEEP_DATABASE_URL": database.sweep_url,
            "DURO_REDIS_URL": redis_url,
            "DURO_GATEWAY_URL": self.gateway_url,
            "DURO_GATEWAY_TIMEOUT_SECONDS": "2",
            "DURO_LEASE_SECONDS": "6",
        }
        self._api: RunningService | None = None
        self._worker: RunningService | None = None

    @property
    def renewals(self) -> int:
        return self.form.merchants * self.form.renewals * len(Mode)

    async def settle_in(self) -> None:
        """Write everybody down: first those whose renewal was declined and who are to push, then those who are due."""
        clock = SystemClock()
        ids = Uuid7IdFactory(clock)
        async with Stage.open(self._database.admin_url, clock=clock, ids=ids) as stage:
            pushing = [(await stage.merchant()).in_mode(mode) for mode in Mode for _ in range(self.form.merchants)]
            for merchant in pushing:
                await self._subscribe(merchant, self.form.requests, SimulatedCard.INSUFFICIENT_FUNDS)
            pool = await DatabasePool.open(self._database.admin_url, max_size=1)
            try:
                for mode in Mode:
                    await DeclinedRenewals(pool, mode).make(resting=1.0)
            finally:
                await pool.close()
            for merchant in pushing:
                await self._ask(merchant, clock, ids)
            for mode in Mode:
                for _ in range(self.form.merchants):
                    due = (await stage.merchant()).in_mode(mode)
                    await self._subscribe(due, self.form.renewals, SimulatedCard.APPROVE)

    async def start(self) -> None:
        """Start the provider, who tells badly and answers badly, then the API and a worker."""
        await self._processes.start(
            ServiceCommand(
                "duro.gateway_simulator",
                ("--port", str(self._ports[0]), "--database", str(self._folder / "gateway.db")),
                environment={
                    "GATEWAY_SEED": "notices",
                    "GATEWAY_TIMEOUT_AFTER_RATE": "0.5",
                    "GATEWAY_TIMEOUT_BEFORE_RATE": "0.1",
                    "GATEWAY_LATENCY_MS": "100",
                    "GATEWAY_HOLD_MS": "4000",
                    "GATEWAY_WEBHOOK_URL": f"{self.api_url}/webhooks/inbound/simulated",
                    "GATEWAY_WEBHOOK_SECRET": self.SECRET,
                    "GATEWAY_WEBHOOK_CHARGES": "1",
                    "GATEWAY_WEBHOOK_LOSS_RATE": "0.2",
                    "GATEWAY_WEBHOOK_DUPLICATE_RATE": "0.4",
                    "GATEWAY_WEBHOOK_DELAY_RATE": "0.3",
                    "GATEWAY_WEBHOOK_DELAY_MS": "1500",
                    "GATEWAY_WEBHOOK_REORDER_RATE": "0.4",
                    "GATEWAY_WEBHOOK_REORDER_MS": "700",
                    "GATEWAY_WEBHOOK_RETRY_MS": "200",
                },
                health_url=f"{self.gateway_url}/health",
            )
        )
        await self._start_api()
        await self._start_worker()

    async def kill_services(self) -> None:
        """Kill the API and the worker at whatever they are doing, and start the next ones in their places."""
        for service in (self._api, self._worker):
            if service is not None:
                service.kill_outright()
        await self._start_api()
        await self._start_worker()

    async def _start_worker(self) -> None:
        self._worker = await self._processes.start(
            ServiceCommand(
                "duro.billing_worker",
                environment=self._settings
                | {
                    "DURO_SCAN_SECONDS": "1",
                    "DURO_PENDING_SECONDS": "1",
                    "DURO_DUNNING_SECONDS": "0",
                    "DURO_WORKER_HEALTH_PORT": str(self._ports[2]),
                },
            )
        )

    async def _start_api(self) -> None:
        self._api = await self._processes.start(
            ServiceCommand(
                "duro.public_api",
                environment=self._settings
                | {"DURO_PUBLIC_API_PORT": str(self._ports[1]), "DURO_GATEWAY_WEBHOOK_SECRET": self.SECRET},
                health_url=f"{self.api_url}/health/ready",
            )
        )

    async def _subscribe(self, merchant: StagedMerchant, count: int, card: SimulatedCard) -> None:
        plan = await merchant.plan(PlanBuilder())
        for number, phone in zip(range(count), cycle(self.PAYERS), strict=False):
            customer = await merchant.customer(CustomerBuilder(email=f"payer-{number}@example.com", phone=phone))
            method = await merchant.payment_method(customer, PaymentMethodBuilder(card=card))
            await merchant.subscription(plan, customer, method)

    @staticmethod
    async def _ask(merchant: StagedMerchant, clock: SystemClock, ids: Uuid7IdFactory) -> None:
        """Have something asked for every open invoice; nobody has told the provider yet."""
        rails = cycle((Rail.TRANSFER, Rail.USSD))
        async with merchant.contexts.open(merchant.tenant.id) as repos:
            for invoice in (await repos.invoices.list(PageRequest(limit=100))).items:
                now = clock.now()
                await repos.payment_requests.insert(
                    PaymentRequest(
                        id=ids.new(PaymentRequestId),
                        invoice_id=invoice.id,
                        subscription_id=invoice.subscription_id,
                        provider="simulated",
                        rail=next(rails),
                        status=PaymentRequestStatus.OPENING,
                        amount=invoice.total,
                        look_at=now,
                        created_at=now,
                    )
                )
