import pytest
import pytest_asyncio
from whenever import Instant

from duro.testkit.browser import Browser
from duro.testkit.stepping_clock import SteppingClock

pytest.register_assert_rewrite("journey")

from journey import BankInProcess, World  # noqa: E402 -- imported once its asserts are rewritten


@pytest.fixture
def clock() -> SteppingClock:
    """Stand at nine in the morning (UTC) of the fifteenth of January 2026."""
    return SteppingClock(Instant.from_utc(2026, 1, 15, hour=9))


@pytest.fixture
def bank(clock):
    return BankInProcess(clock)


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, bank):
    """Give a world that must be in order at the end of every journey."""
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank) as world:
        yield world
        await world.is_in_order()


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
