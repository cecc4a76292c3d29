import pytest
import pytest_asyncio
from whenever import Instant, TimeDelta

from duro.kernel import Mode
from duro.payments import SimulatedCard
from duro.testkit.stepping_clock import SteppingClock
from journey import Shop
from journey.happenings import STARTED


@pytest.fixture
def clock() -> SteppingClock:
    """Stand at nine in the morning (UTC) of the fifteenth of January 2026."""
    return SteppingClock(Instant.from_utc(2026, 1, 15, hour=9))


@pytest_asyncio.fixture(loop_scope="session")
async def shop(world, merchant):
    """Let the merchant's server speak to the API in live mode."""
    async with Shop.open(world.api_url, merchant.in_mode(Mode.LIVE), world.clock) as shop:
        yield shop


@pytest.fixture
def fails(world, shop):
    """Have a subscription whose renewal at nine on a day is declined, and tries after that as dictated, in order."""

    async def happen(*answers, on="2026-02-15", card=SimulatedCard.AS_TOLD, **plan):
        subscription = await shop.starts(card, paid_until=f"{on}T09:00:00Z", **plan)
        await subscription.is_told(*STARTED)
        if answers:
            await world.bank.says(*answers, card=card)
        renewal = Instant.parse_iso(f"{on}T09:00:00Z")
        world.clock.set(max(world.clock.now(), renewal - TimeDelta(hours=24 * 4)))
        await world.lives_until(on)
        return subscription, await shop.case_of(subscription)

    return happen
