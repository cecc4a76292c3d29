"""The public API is killed (-9) while it advances a test clock: the same request goes on from there, charged once.

The API that is killed is a process of its own and has the machine's clock, so these journeys begin now.
"""

import asyncio

import httpx
import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.kernel import Mode
from duro.payments import SimulatedCard
from duro.testkit.deadline import Deadline
from duro.testkit.service_command import ServiceCommand
from duro.testkit.stepping_clock import SteppingClock
from journey import BankServer, Shop, World

BEGIN, TO = "2027-01-31T09:00:00Z", "2027-04-01T09:00:00Z"


@pytest.fixture
def clock():
    return SteppingClock(Instant.now())


@pytest_asyncio.fixture(loop_scope="session")
async def bank(bank_url):
    return await BankServer.at(bank_url, timeout_seconds=10)


@pytest_asyncio.fixture(loop_scope="session")
async def shop(world: World, merchant):
    async with Shop.open(world.api_url, merchant.in_mode(Mode.TEST), world.clock) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="session")
async def doomed(processes, database, bank, shop):
    """Start the API as a process; give it, and a shop that speaks to it."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "DURO_PROFILE": "development",
        "DURO_TEST_DATABASE_URL": database.test_url,
        "DURO_LIVE_DATABASE_URL": database.live_url,
        "DURO_GATEWAY_URL": bank.url,
        "DURO_PUBLIC_API_PORT": str(port),
    }
    process = await processes.start(
        ServiceCommand("duro.public_api", environment=environment, health_url=f"{url}/health/live")
    )
    async with Shop.open(url, shop.merchant, shop._clock) as front:
        yield process, front


class TestAnAdvanceThatIsKilled:
    @pytest.mark.parametrize("is_taken", [False, True], ids=["before the money is taken", "once it is taken"])
    async def test_is_gone_on_with_by_the_same_request(self, world: World, shop: Shop, doomed, *, is_taken: bool):
        client = shop.client
        clock_id = (await client.made("/v1/test-clocks", {"now": BEGIN}))["id"]
        path = f"/v1/test-clocks/{clock_id}"
        customer = await client.customer(testClockId=clock_id)
        method, plan = await client.card(customer, SimulatedCard.SLOW.number), await client.plan(trialDays=28)
        order = {"customerId": customer["id"], "planId": plan["id"], "paymentMethodId": method["id"]}
        subscription = shop.follow(await client.made("/v1/subscriptions", order))
        await subscription.was_told("subscription_created")

        process, front = doomed
        asking = asyncio.create_task(front.client.post(f"{path}/advance", {"to": TO}))

        async def presented():
            return [attempt for invoice in await subscription.invoices() for attempt in invoice["transactions"]]

        (attempt,) = await Deadline(20).until(presented, "the charge claimed")

        async def taken():
            return attempt["reference"] in await world.bank.charges()

        if is_taken:
            async with world.admin.acquire() as connection:
                await connection.execute("begin")
                await connection.execute("select from test.payment_attempts for update")
                await Deadline(20).until(taken, "the money taken")
                process.kill_outright()
                await connection.execute("rollback")
        else:
            process.kill_outright()
        with pytest.raises(httpx.TransportError):
            await asking

        stopped = await client.read(path)
        assert (stopped["status"], stopped["target"], stopped["now"]) == ("advancing", TO, "2027-02-28T09:00:00Z")
        await subscription.was_told("invoice_created")
        world.clock.set(Instant.now())
        for url in (f"{path}/advance", f"{subscription.path}/cancel"):
            answer = await client.post(url, {"to": TO} if url.endswith("advance") else {})
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "test_clock_advancing")
        assert await world.worker.tick() == []

        world.clock.advance(TimeDelta(minutes=2))
        assert await world.worker.tick() == []
        answer = await client.post(f"{path}/advance", {"to": TO})
        assert (answer.status_code, answer.json()["status"], answer.json()["now"]) == (200, "ready", TO)
        paid = "subscription_payment_success"
        await subscription.was_told("subscription_activated", paid, "invoice_created", paid)
        first, second = await subscription.invoices()
        assert (first["paidAt"], second["paidAt"]) == ("2027-02-28T09:01:00Z", "2027-03-28T09:00:00Z")
        assert [charge.takings for charge in (await world.bank.charges()).values()] == [1, 1]
