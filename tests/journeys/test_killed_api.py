"""The public API is killed (-9) in the middle of a start: whatever had happened, the worker finishes it, charged once.

The API that is killed is a process of its own and has the machine's clock, so these journeys begin now.
"""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.payments import SimulatedCard
from duro.testkit.deadline import Deadline
from duro.testkit.service_command import ServiceCommand
from duro.testkit.stepping_clock import SteppingClock
from journey import BankServer, Shop, World

WAITING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and usename in ('duro_test', 'duro_live') and wait_event_type = 'Lock'"""
KEY = "order-1042"
STARTED = ("subscription_created", "invoice_created")
PAID = ("subscription_activated", "subscription_payment_success")


@pytest.fixture
def clock():
    return SteppingClock(Instant.now())


@pytest_asyncio.fixture(loop_scope="session")
async def bank(bank_url):
    return await BankServer.at(bank_url, timeout_seconds=10)


class DoomedApi:
    """The public API in a process of its own, asked for a start that it will not live to answer."""

    def __init__(self, process, shop: Shop, order) -> None:
        self._process = process
        self._shop = shop
        self._asking = asyncio.create_task(shop.client.post("/v1/subscriptions", order, key=KEY))

    async def dies(self):
        assert not self._asking.done()
        self._process.kill_outright()
        with pytest.raises(httpx.TransportError):
            await self._asking


@pytest_asyncio.fixture(loop_scope="session")
async def doomed(processes, database, bank, shop):
    """Start the API as a process; give a way to ask it for a start."""
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
        yield lambda order: DoomedApi(process, front, order)


@pytest.fixture
def witness(world: World, shop: Shop):
    return Witness(world, shop)


class Witness:
    """Looks at a start from the outside while the API works on it."""

    def __init__(self, world: World, shop: Shop) -> None:
        self._world = world
        self._shop = shop

    async def started(self):
        """Wait until the start is written down; follow it."""

        async def items():
            return (await self._shop.client.read("/v1/subscriptions"))["items"]

        (made,) = await Deadline(20).until(items, "the start written down")
        return self._shop.follow(made)

    async def presented(self, subscription) -> str:
        """Wait until the charge is claimed; give its reference."""

        async def reference():
            attempts = [attempt for invoice in await subscription.invoices() for attempt in invoice["transactions"]]
            return [attempt["reference"] for attempt in attempts]

        (found,) = await Deadline(20).until(reference, "the charge claimed")
        return found

    async def taken(self, reference: str) -> None:
        """Wait until the bank has the money."""

        async def is_taken():
            return reference in await self._world.bank.charges()

        await Deadline(20).until(is_taken, "the money taken")

    @asynccontextmanager
    async def holding(self, statement: str):
        """Hold a lock that the API will run into."""
        async with self._world.admin.acquire() as connection:
            await connection.execute("begin")
            await connection.execute(statement.format(mode=self._shop.mode.value))
            yield
            await connection.execute("rollback")

    async def stuck(self) -> None:
        """Wait until somebody has run into the lock."""

        async def is_stuck():
            async with self._world.admin.acquire() as connection:
                return await connection.fetchval(WAITING)

        await Deadline(20).until(is_stuck, "the API waiting for the lock")

    async def ends_well(self, subscription, order) -> None:
        """The merchant asks again under the same key and learns of the one subscription; a month later it renews."""
        answer = await self._shop.client.post("/v1/subscriptions", order, key=KEY)
        assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (201, subscription.id, "active")
        assert len((await self._shop.client.read("/v1/subscriptions"))["items"]) == 1
        (invoice,) = await subscription.invoices()
        assert (invoice["status"], [each["status"] for each in invoice["transactions"]]) == ("paid", ["succeeded"])
        assert await self._world.worker.tick() == []
        await subscription.is_told_nothing()
        assert [charge.takings for charge in (await self._world.bank.charges()).values()] == [1]
        end = Instant.parse_iso((await subscription.read())["currentPeriodEnd"])
        await self._world.reach((end - TimeDelta(hours=24)).format_iso())
        await subscription.is_told_nothing()
        assert await self._world.reach(end.format_iso()) == [subscription.id]
        await subscription.is_told("invoice_created", "subscription_payment_success")
        assert await self._world.reach((end + TimeDelta(hours=24)).format_iso()) == []
        await subscription.is_told_nothing()
        assert await self._world.taken() == [500_000] * 2


class TestAnApiThatIsKilled:
    async def test_before_the_charge_was_claimed_leaves_a_start_that_the_worker_finishes(
        self, world: World, shop: Shop, doomed, witness
    ):
        order = await shop.client.order()
        async with witness.holding("lock table {mode}.invoices in share mode"):
            api = doomed(order)
            subscription = await witness.started()
            await witness.stuck()
            await api.dies()
        await subscription.was_told("subscription_created")
        await subscription.was_billed()
        assert await world.bank.charges() == {}

        world.clock.set(Instant.now())
        assert await world.worker.tick() == []
        world.clock.advance(TimeDelta(minutes=3))
        assert await world.worker.tick() == [subscription.id]
        await subscription.is_told("invoice_created", *PAID)
        await witness.ends_well(subscription, order)

    async def test_while_the_charge_was_on_its_way_leaves_an_attempt_that_the_worker_looks_up(
        self, world: World, shop: Shop, doomed, witness
    ):
        order = await shop.client.order(number=SimulatedCard.SLOW.number)
        api = doomed(order)
        subscription = await witness.started()
        reference = await witness.presented(subscription)
        await api.dies()
        await subscription.was_told(*STARTED)
        assert await world.bank.charges() == {}
        await witness.taken(reference)
        await subscription.is_told_nothing()

        world.clock.set(Instant.now())
        assert await world.worker.tick() == []
        world.clock.advance(TimeDelta(minutes=3))
        await world.worker.tick()
        await subscription.is_told(*PAID)
        await witness.ends_well(subscription, order)

    async def test_after_the_charge_was_answered_and_before_it_was_settled_charges_nothing_again(
        self, world: World, shop: Shop, doomed, witness
    ):
        order = await shop.client.order(number=SimulatedCard.SLOW.number)
        api = doomed(order)
        subscription = await witness.started()
        reference = await witness.presented(subscription)
        async with witness.holding("select from {mode}.payment_attempts for update"):
            await witness.taken(reference)
            await witness.stuck()
            await api.dies()
        await subscription.was_told(*STARTED)
        await subscription.shows(status="incomplete")

        world.clock.set(Instant.now())
        assert await world.worker.tick() == []
        world.clock.advance(TimeDelta(minutes=3))
        await world.worker.tick()
        await subscription.is_told(*PAID)
        await witness.ends_well(subscription, order)
