"""A year in test mode: customers on a test clock, whose time passes when the merchant says so and not before."""

from pathlib import Path

import pytest
import pytest_asyncio

from duro.kernel import Mode
from duro.payments import SimulatedCard
from journey import Followed, Shop, World

BEGIN = "2027-01-31T09:00:00Z"
PAGE = Path(__file__).parents[2] / "docs/explanation/test-clocks.md"
PAID = "subscription_payment_success"


class ClockedShop:
    """A merchant's server that keeps its customers on one test clock."""

    def __init__(self, shop: Shop, clock_id: str) -> None:
        self._shop = shop
        self.clock_id = clock_id

    async def starts(self, card: SimulatedCard = SimulatedCard.APPROVE, **plan: object) -> Followed:
        client = self._shop.client
        customer = await client.customer(testClockId=self.clock_id)
        method = await client.card(customer, card.number)
        order = {"customerId": customer["id"], "paymentMethodId": method["id"]}
        made = await client.made("/v1/subscriptions", {**order, "planId": (await client.plan(**plan))["id"]})
        return self._shop.follow(made)

    async def advances(self, to: str) -> None:
        answer = await self._shop.client.post(f"/v1/test-clocks/{self.clock_id}/advance", {"to": to})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["now"]) == ("ready", to)


@pytest_asyncio.fixture(loop_scope="session")
async def shop(world: World, merchant):
    async with Shop.open(world.api_url, merchant.in_mode(Mode.TEST), world.clock) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="session")
async def clocked(shop: Shop):
    return ClockedShop(shop, (await shop.client.made("/v1/test-clocks", {"now": BEGIN}))["id"])


@pytest.fixture
def timeline() -> list[tuple[str, str, int, list[str]]]:
    """Read the table of the page that explains test clocks."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| 20")
    ]
    return [(to, until, int(paid), [] if told == "nothing" else told.split(", ")) for to, until, paid, told in rows]


class TestAYearInTestMode:
    async def test_passes_as_the_page_says(self, world: World, clocked: ClockedShop, timeline):
        subscription = await clocked.starts()
        await subscription.was_told("subscription_created", "invoice_created", "subscription_activated", PAID)
        assert len(timeline) == 5
        for to, until, payments, events in timeline:
            await clocked.advances(to)
            await subscription.shows(status="active", currentPeriodEnd=until, cyclesCompleted=payments)
            await subscription.was_told(*events)
        assert await world.taken() == [500_000] * 4

    async def test_has_its_declines_its_end_and_its_last_cycle(self, world: World, clocked: ClockedShop):
        good, bad = await clocked.starts(maxCycles=6), await clocked.starts(SimulatedCard.DO_NOT_HONOR, trialDays=14)
        lost = await clocked.starts(SimulatedCard.TIMEOUT_BEFORE)
        await lost.was_told("subscription_created", "invoice_created")
        await bad.was_told("subscription_created")
        await clocked.advances("2027-02-14T08:59:59Z")
        await bad.is_told_nothing()
        await lost.was_told("subscription_activated", PAID)
        (invoice,) = await lost.invoices()
        assert invoice["paidAt"] == "2027-01-31T09:01:00Z"
        await clocked.advances("2027-02-14T09:00:00Z")
        await bad.was_told("invoice_created", "subscription_past_due", "subscription_payment_failed")
        await bad.shows(status="past_due", currentPeriodEnd="2027-02-14T09:00:00Z")

        await lost.cancel(at_period_end=True)
        await lost.was_told("subscription_updated")
        await clocked.advances("2028-01-31T09:00:00Z")
        await lost.was_told("subscription_cancelled")
        await lost.shows(canceledAt="2027-02-28T09:00:00Z")
        await good.shows(status="expired", cyclesCompleted=6, accessEndsAt="2027-07-31T09:00:00Z")
        assert await world.taken() == [500_000] * 7


class TestTheWorker:
    async def test_leaves_a_test_clock_to_its_merchant_however_late_it_is(
        self, world: World, shop: Shop, clocked: ClockedShop
    ):
        held, incomplete = await clocked.starts(), await clocked.starts(SimulatedCard.TIMEOUT_BEFORE)
        real = await shop.starts()
        before = [await one.read() for one in (held, incomplete)]
        assert await world.reach("2026-02-28") == [real.id]
        assert await world.reach("2029-01-31") == [real.id]
        assert [await one.read() for one in (held, incomplete)] == before
        await clocked.advances("2027-02-28T09:00:00Z")
        assert (await held.read())["cyclesCompleted"] == 2
        assert await world.worker.tick() == [real.id]
