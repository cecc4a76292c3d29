"""A charge whose answer never comes, at a bank that is a server of its own and waits until the client gives up."""

import pytest
import pytest_asyncio

from duro.payments import SimulatedCard
from journey import BankServer, Shop, Taken, World


@pytest_asyncio.fixture(loop_scope="session")
async def bank(bank_url):
    return await BankServer.at(bank_url, timeout_seconds=1)


UNKNOWN = pytest.mark.parametrize(
    ("card", "known"),
    [
        pytest.param(SimulatedCard.TIMEOUT_AFTER, Taken(500_000, takings=1, presentments=1), id="taken"),
        pytest.param(SimulatedCard.TIMEOUT_BEFORE, Taken(500_000, takings=0, presentments=1), id="lost"),
        pytest.param(SimulatedCard.ERROR_AFTER, Taken(500_000, takings=1, presentments=1), id="server fault"),
    ],
)


class TestAFirstChargeWithAnUnknownAnswer:
    @UNKNOWN
    async def test_starts_incomplete_and_is_settled_once_its_lease_is_over(
        self, world: World, shop: Shop, card: SimulatedCard, known: Taken
    ):
        subscription = await shop.starts(card)
        await subscription.is_told("subscription_created", "invoice_created")
        await subscription.shows(status="incomplete", cyclesCompleted=0)
        await subscription.was_billed("2026-01-31..2026-02-28 open: pending")
        assert list((await world.bank.charges()).values()) == [known]

        assert await world.reach("2026-01-31T09:00:59.999999Z") == []
        await subscription.is_told_nothing()
        (attempt,) = await world.reach("2026-01-31T09:01:00Z")
        assert attempt.startswith("txn_")
        await subscription.is_told("subscription_activated", "subscription_payment_success")
        await subscription.shows(
            status="active",
            currentPeriodStart="2026-01-31T09:00:00Z",
            currentPeriodEnd="2026-02-28T09:00:00Z",
            cyclesCompleted=1,
        )
        await subscription.was_billed("2026-01-31..2026-02-28 paid: succeeded")
        assert await world.reach("2026-02-01") == []
        await subscription.is_told_nothing()
        assert await world.taken() == [500_000]


class TestARenewalWithAnUnknownAnswer:
    async def test_moves_nothing_until_it_is_known_and_is_never_charged_again(self, world: World, shop: Shop):
        subscription = await shop.starts(SimulatedCard.TIMEOUT_AFTER, paid_until="2026-02-28T09:00:00Z")
        await subscription.is_told("subscription_created", "subscription_activated")
        assert await world.reach("2026-02-27") == []
        assert await world.reach("2026-02-28") == [subscription.id]
        await subscription.is_told("invoice_created")
        await subscription.shows(status="active", currentPeriodEnd="2026-02-28T09:00:00Z")

        assert await world.reach("2026-02-28T09:00:30Z") == []
        await world.worker.ask_for(shop.mode, shop.merchant.tenant.id, subscription.id)
        assert await world.worker.finish() == [subscription.id]
        assert world.worker.outcomes(shop.mode) == {"pending": 2}
        await subscription.is_told_nothing()
        await world.reach("2026-02-28T09:01:00Z")
        await subscription.is_told("subscription_payment_success")
        await subscription.shows(status="active", currentPeriodEnd="2026-03-28T09:00:00Z", cyclesCompleted=1)
        assert await world.reach("2026-03-01") == []
        await subscription.is_told_nothing()
        assert list((await world.bank.charges()).values()) == [Taken(500_000, takings=1, presentments=1)]
