import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.db.pool import DatabasePool
from duro.kernel import Mode
from duro.payments import SimulatedCard
from duro.testkit import Deadline, PaymentMethodBuilder, RunningService, ServiceCommand, Stage, StagedMerchant
from storm.books import Books, GatewayBook, Progress, reference_of


@dataclass
class Counter:
    """A shop that is open: one merchant, its API, and the gateway behind it."""

    merchant: StagedMerchant
    api: RunningService
    api_url: str
    gateway_url: str
    admin_url: str
    settings: dict[str, str]

    def subscribing(self, order):
        """Begin to subscribe, as a merchant's server would; the answer never comes."""

        async def post():
            async with httpx.AsyncClient(base_url=self.api_url, timeout=60) as client:
                return await client.post(
                    "/v1/subscriptions",
                    json=order,
                    headers={"Authorization": f"Bearer {self.merchant.secret.text}", "Idempotency-Key": "order-1"},
                )

        return asyncio.create_task(post())

    async def order(self, card):
        plan = await self.merchant.plan()
        customer = await self.merchant.customer()
        method = await self.merchant.payment_method(customer, PaymentMethodBuilder(card=card))
        return {"planId": str(plan.id), "customerId": str(customer.id), "paymentMethodId": str(method.id)}

    async def story(self):
        """Give everything known of the one subscription, or None before there is one."""
        return next(iter(await Books(self.admin_url).stories()), None)

    async def attempts(self):
        story = await self.story()
        return [] if story is None else story.attempts

    async def presented(self):
        return list((await GatewayBook.read(self.gateway_url)).lines.values())


def modes():
    return [Mode.LIVE] if os.environ.get("DURO_CHAOS") == "short" else list(Mode)


@pytest.fixture(params=modes(), ids=lambda mode: mode.value)
async def counter(request, database, redis_url, processes, tmp_path):
    clock = SystemClock()
    ports = processes.free_port(), processes.free_port()
    gateway_url, api_url = (f"http://127.0.0.1:{port}" for port in ports)
    settings = {
        "DURO_PROFILE": "development",
        "DURO_TEST_DATABASE_URL": database.test_url,
        "DURO_LIVE_DATABASE_URL": database.live_url,
        "DURO_GATEWAY_URL": gateway_url,
        "DURO_GATEWAY_TIMEOUT_SECONDS": "2",
        "DURO_LEASE_SECONDS": "6",
    }
    await processes.start(
        ServiceCommand(
            "duro.gateway_simulator",
            ("--port", str(ports[0]), "--database", str(tmp_path / "gateway.db"), "--slow-ms", "1500"),
            health_url=f"{gateway_url}/health",
        )
    )
    api = await processes.start(
        ServiceCommand(
            "duro.public_api",
            environment={**settings, "DURO_PUBLIC_API_PORT": str(ports[1])},
            health_url=f"{api_url}/health/ready",
        )
    )
    settings |= {
        "DURO_SWEEP_DATABASE_URL": database.sweep_url,
        "DURO_REDIS_URL": redis_url,
        "DURO_SCAN_SECONDS": "1",
        "DURO_PENDING_SECONDS": "1",
        "DURO_INCOMPLETE_SECONDS": "1",
        "DURO_WORKER_HEALTH_PORT": str(processes.free_port()),
    }
    async with Stage.open(database.admin_url, clock=clock, ids=Uuid7IdFactory(clock)) as stage:
        merchant = (await stage.merchant()).in_mode(request.param)
        yield Counter(merchant, api, api_url, gateway_url, database.admin_url, settings)


@asynccontextmanager
async def administrator(url):
    pool = await DatabasePool.open(url, min_size=0, max_size=1)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.close()


async def killed(counter, waiting):
    """Kill the API with the request under way, and see that nobody got an answer."""
    counter.api.kill_outright()
    with pytest.raises(httpx.TransportError):
        await waiting


async def is_charged_once(counter, processes):
    """Let some minutes pass and a worker come; the subscription must end active and charged exactly once."""
    async with administrator(counter.admin_url) as connection:
        schema = counter.merchant.mode.value
        await connection.execute(f"update {schema}.subscriptions set created_at = created_at - interval '3 minutes'")
    await processes.start(ServiceCommand("duro.billing_worker", environment=counter.settings))

    async def is_settled():
        return await Books(counter.admin_url).progress() == Progress(settled=1, pending=0, due=0)

    await Deadline(40, 0.2).until(is_settled, "the first charge being settled")
    story = await counter.story()
    (taken,) = [line for line in await counter.presented() if line["takings"]]
    (attempt,), (invoice,) = story.attempts, story.invoices
    assert (story.row["status"], story.row["cycles_completed"], story.cases) == ("active", 1, 0)
    assert (attempt["status"], invoice["status"], invoice["amount_paid"]) == ("succeeded", "paid", invoice["total"])
    assert (taken["reference"], taken["amount"], taken["takings"]) == (reference_of(attempt), attempt["amount"], 1)
    assert story.events == [
        "1 subscription_created",
        "2 invoice_created",
        "3 subscription_activated",
        "4 subscription_payment_success",
    ]


class TestASubscriptionWhoseApiWasKilled:
    async def test_before_the_first_charge_was_claimed_is_charged_once(self, counter, processes):
        order = await counter.order(SimulatedCard.APPROVE)
        async with administrator(counter.admin_url) as connection, connection.transaction():
            await connection.execute(f"lock table {counter.merchant.mode.value}.invoices in exclusive mode")
            waiting = counter.subscribing(order)
            await Deadline(15).until(counter.story, "the subscription")
            await killed(counter, waiting)
        assert await counter.attempts() == []
        await is_charged_once(counter, processes)

    async def test_before_the_first_charge_was_taken_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.TIMEOUT_BEFORE))
        await Deadline(15).until(counter.presented, "the charge arriving at the gateway")
        await killed(counter, waiting)
        assert [line["takings"] for line in await counter.presented()] == [0]
        await is_charged_once(counter, processes)

    async def test_while_the_first_charge_was_under_way_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.SLOW))
        await Deadline(15).until(counter.attempts, "the claimed charge")
        await killed(counter, waiting)
        await is_charged_once(counter, processes)

    async def test_after_the_first_charge_was_taken_is_charged_once(self, counter, processes):
        waiting = counter.subscribing(await counter.order(SimulatedCard.TIMEOUT_AFTER))
        await Deadline(15).until(counter.presented, "the charge being taken")
        await killed(counter, waiting)
        assert [line["takings"] for line in await counter.presented()] == [1]
        assert [attempt["status"] for attempt in await counter.attempts()] == ["pending"]
        await is_charged_once(counter, processes)
