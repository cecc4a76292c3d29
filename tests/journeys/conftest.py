import pytest
import pytest_asyncio
from whenever import Instant

from duro.kernel import Mode
from duro.testkit.process_runner import ProcessRunner
from duro.testkit.service_command import ServiceCommand
from duro.testkit.stepping_clock import SteppingClock

pytest.register_assert_rewrite("journey")

from journey import BankInProcess, Shop, World  # noqa: E402 -- imported once its asserts are rewritten


@pytest.fixture
def clock() -> SteppingClock:
    """Stand at nine in the morning (UTC) of the last day of January 2026."""
    return SteppingClock(Instant.from_utc(2026, 1, 31, hour=9))


@pytest.fixture
def bank(clock):
    return BankInProcess(clock)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bank_url(tmp_path_factory):
    """Run the provider's server once for all journeys that speak to it; its slow card takes two seconds."""
    folder = tmp_path_factory.mktemp("bank")
    async with ProcessRunner.open(folder) as processes:
        port = processes.free_port()
        url = f"http://127.0.0.1:{port}"
        arguments = ("--port", str(port), "--database", str(folder / "ledger.db"), "--slow-ms", "2000")
        await processes.start(ServiceCommand("duro.gateway_simulator", arguments, health_url=f"{url}/health"))
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def world(database, redis_url, clock, ids, bank):
    """Give a world that must be in order at the end of every journey."""
    async with World.open(database, redis_url, clock=clock, ids=ids, bank=bank) as world:
        yield world
        await world.is_in_order()


@pytest_asyncio.fixture(loop_scope="session")
async def merchant(stage):
    return await stage.merchant()


@pytest_asyncio.fixture(loop_scope="session", params=list(Mode), ids=[mode.value for mode in Mode])
async def shop(request, world, merchant):
    """Let the merchant's server speak to the API in each of the two modes."""
    async with Shop.open(world.api_url, merchant.in_mode(request.param), world.clock) as shop:
        yield shop
