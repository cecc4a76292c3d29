import pytest
import pytest_asyncio
from whenever import Instant

from duro.kernel import Mode
from duro.payments import SimulatedCard
from duro.testkit.browser import Browser
from duro.testkit.stepping_clock import SteppingClock

pytest.register_assert_rewrite("journey")

from journey import BankInProcess, Shop, World  # noqa: E402 -- imported once its asserts are rewritten
from journey.payer import Payer  # noqa: E402 -- see above


@pytest.fixture
def clock() -> SteppingClock:
    """Stand at nine in the morning (UTC) of the fifteenth of January 2026."""
    return SteppingClock(Instant.from_utc(2026, 1, 15, hour=9))


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, mail_sink):
    """Give a world with all rails and with letters, which must be in order at the end of every journey."""
    bank = BankInProcess(clock)
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank, rails=bank, letters=mail_sink) as world:
        yield world
        await world.is_in_order()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(world, stage):
    """Let a merchant's server speak to the API in live mode."""
    merchant = await stage.merchant()
    async with Shop.open(world.api_url, merchant.in_mode(Mode.LIVE), world.clock) as shop:
        yield shop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """Run one Chromium for this test process, each worker of xdist its own."""
    async with Browser.running() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser):
    """Lend a phone on which nothing may have gone wrong at the end of the test."""
    async with browser.phone() as phone:
        yield phone
        phone.is_clean()


@pytest.fixture
def payer(mail_sink, phone) -> Payer:
    """Let the customer of the shop read their letters on the phone."""
    return Payer(mail_sink, phone)


@pytest.fixture
def owes(world, shop):
    """Have a subscription of NGN 5,000.00 a month whose renewal on the fifteenth of February is declined."""

    async def happen(*answers, card=SimulatedCard.AS_TOLD, phone=None):
        subscription = await shop.starts(card, paid_until="2026-02-15T09:00:00Z", phone=phone)
        if answers:
            await world.bank.says(*answers, card=card)
        world.clock.set(Instant.from_utc(2026, 2, 14, hour=9))
        await world.lives_until("2026-02-15")
        return subscription

    return happen
