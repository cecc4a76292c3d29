"""What an advance does, in which order, and what becomes of one that is interrupted."""

import asyncio

import pytest
from whenever import Instant, TimeDelta

from duro.db.sweeps import Sweeps
from duro.kernel import ConflictError, Mode, NotFoundError
from duro.merchant_api.test_clocks import AdvanceTestClockCommand
from duro.payments import SimulatedCard, SimulatedGateway
from duro.testkit.stepping_clock import SteppingClock

LEASE = TimeDelta(seconds=60)
YEAR = Instant.from_utc(2031, 1, 31, hour=12)


class KilledError(BaseException):
    """The process is gone: nothing after this line happens in it."""


class DoomedBank:
    """The simulated provider, before a process that dies at one of its charges: as it is sent, or once it is taken."""

    def __init__(self, inner: SimulatedGateway, *, at: int, is_taken: bool) -> None:
        self._inner = inner
        self._left = at
        self._is_taken = is_taken

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        self._left -= 1
        is_last = self._left == 0
        if is_last and not self._is_taken:
            raise KilledError
        result = await self._inner.charge(request)
        if is_last:
            raise KilledError
        return result


class Gone:
    """Work that the process doesn't live to do."""

    async def perform(self, *_) -> None:
        raise KilledError


class WatchedBank:
    """The simulated provider, with something that happens before each charge."""

    def __init__(self, inner: SimulatedGateway, watch) -> None:
        self._inner = inner
        self.watch = watch

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def charge(self, request):
        await self.watch()
        return await self._inner.charge(request)


@pytest.fixture
def real() -> SteppingClock:
    return SteppingClock(Instant.from_utc(2026, 3, 31))


class TestAnAdvance:
    async def test_does_what_falls_due_in_the_order_of_instant_kind_and_id_and_the_same_again(self, towns, noon, real):
        logs = []
        for _ in range(2):
            town = await towns.on_test_clock(noon, real=real)
            plan, weekly = await town.plan(), await town.plan(trial_days=14)
            for number in range(12):
                card = (SimulatedCard.APPROVE, SimulatedCard.TIMEOUT_AFTER, SimulatedCard.ERROR_AFTER)[number % 3]
                await town.start((plan, weekly)[number % 2], card)
            await town.until(YEAR)
            logs.append(await town.log())
        assert logs[0] == logs[1]
        instants = [created_at for *_, created_at in logs[0]]
        assert instants == sorted(instants)
        paid = [who for who, what, *_, at in logs[0] if what == "subscription_payment_success" and at == instants[-1]]
        assert paid == sorted(paid)
        assert len(logs[0]) > 12 * 12 * 2

    async def test_stands_still_where_nothing_falls_due(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        there = await town.advance(YEAR)
        assert (there.now, there.target, there.runner) == (YEAR, None, None)

    async def test_does_nothing_a_microsecond_too_early(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        await town.start(await town.plan())
        end = (await town.subscription()).current_period_end
        await town.until(end.subtract(nanoseconds=1_000))
        assert (await town.subscription()).cycles_completed == 1
        await town.until(end)
        assert (await town.subscription()).cycles_completed == 2

    async def test_ends_what_was_to_end_with_its_period_although_it_is_paused(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        started = await town.start(await town.plan())
        await town.cancel(started.id, at_period_end=True)
        await town.pause(started.id)
        end = (await town.subscription()).current_period_end
        await town.until(end.subtract(nanoseconds=1_000))
        assert (await town.subscription()).status == "paused"
        await town.until(end)
        ended = await town.subscription()
        assert (ended.status, ended.access_ends_at, ended.cycles_completed) == ("canceled", end, 1)

    async def test_moves_nothing_of_another_merchant_nor_of_another_clock(self, towns, noon, real, stage):
        merchant = await stage.merchant()
        town = await towns.on_test_clock(noon, real=real, merchant=merchant)
        beside = await towns.on_test_clock(noon, real=real, merchant=merchant)
        elsewhere = await towns.on_test_clock(noon, real=real)
        for one in (town, beside, elsewhere):
            await one.start(await one.plan())
            await one.start(await one.plan(), SimulatedCard.TIMEOUT_BEFORE)
        before = await elsewhere.rows()
        await town.until(YEAR)
        assert (await town.subscription()).cycles_completed == 13
        assert await elsewhere.rows() == before
        assert (await beside.subscription()).cycles_completed == 1
        await beside.until(YEAR)
        assert await beside.log() == await town.log()

    async def test_can_not_be_asked_for_by_another_merchant(self, towns, noon, real):
        town, stranger = [await towns.on_test_clock(noon, real=real) for _ in range(2)]
        stranger.test_clock_id = town.test_clock_id
        with pytest.raises(NotFoundError):
            await stranger.advance(YEAR)

    async def test_stops_after_20_seconds_of_real_time_and_is_gone_on_with_by_the_next_call(self, towns, noon, real):
        async def take_long():
            real.advance(TimeDelta(seconds=7))

        town = await towns.on_test_clock(noon, real=real, gateway=WatchedBank(towns.bank(), take_long))
        await town.start(await town.plan())
        reached = [await town.advance(YEAR) for _ in range(4)]
        assert [clock.is_advancing for clock in reached] == [True, True, True, False]
        assert [clock.now.to_tz("UTC").month for clock in reached] == [4, 7, 10, 1]
        assert (await town.subscription()).cycles_completed == 13

    async def test_leaves_alone_what_can_not_be_done_now(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        await town.start(await town.plan())
        suspend = "update core.tenants set status = $1 where id = $2"
        async with towns.admin.acquire() as connection:
            await connection.execute(suspend, "suspended", town.tenant_id.value)
        assert (await town.advance(YEAR)).now == YEAR
        assert (await town.subscription()).cycles_completed == 1
        async with towns.admin.acquire() as connection:
            await connection.execute(suspend, "active", town.tenant_id.value)
        await town.until(YEAR)
        assert (await town.subscription()).cycles_completed == 13

    async def test_goes_past_what_fails_and_finds_it_due_again(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        for _ in range(3):
            await town.start(await town.plan())
        provide = "update test.payment_methods set provider = $2 where tenant_id = $1 and id = $3"
        method = (await town.subscription(1)).payment_method_id.value
        async with towns.admin.acquire() as connection:
            await connection.execute(provide, town.tenant_id.value, "gone", method)
        assert (await town.advance(YEAR)).now == YEAR
        assert [(await town.subscription(number)).cycles_completed for number in range(3)] == [13, 1, 13]
        async with towns.admin.acquire() as connection:
            await connection.execute(provide, town.tenant_id.value, "simulated", method)
        await town.until(YEAR)
        assert [(await town.subscription(number)).cycles_completed for number in range(3)] == [13] * 3


class TestAnAdvanceThatIsKilled:
    @pytest.mark.parametrize("is_taken", [False, True], ids=["before the charge", "after the charge"])
    @pytest.mark.parametrize("at", [3, 4, 7])
    async def test_is_gone_on_with_and_charges_nothing_twice(self, towns, noon, real, at: int, *, is_taken: bool):
        bank = towns.bank()
        town = await towns.on_test_clock(noon, real=real, gateway=DoomedBank(bank, at=at, is_taken=is_taken))
        for _ in range(2):
            await town.start(await town.plan())
        with pytest.raises(KilledError):
            await town.advance(YEAR)
        with pytest.raises(ConflictError) as refusal:
            await town.advance(YEAR)
        assert refusal.value.code == "test_clock_advancing"
        real.advance(LEASE)
        await town.until(YEAR)

        unharmed = await towns.on_test_clock(noon, real=real)
        for _ in range(2):
            await unharmed.start(await unharmed.plan())
        await unharmed.until(YEAR)
        told, other = [[event[:3] for event in sorted(await one.log())] for one in (town, unharmed)]
        assert sorted(told) == sorted(other)
        charges = list(bank._issuer._ledger._charges.values())
        assert [charge.takings for charge in charges] == [1] * 26
        assert await town.findings() == ()

    async def test_between_its_moves_and_what_is_due_finds_it_due_again(self, towns, noon, real):
        town = await towns.on_test_clock(noon, real=real)
        await town.start(await town.plan())
        for _ in range(3):
            doomed = town.services.advance()
            doomed._work = Gone()
            with pytest.raises(KilledError):
                await doomed.execute(town.tenant_id, self._command(town))
            real.advance(LEASE)
        await town.until(YEAR)
        unharmed = await towns.on_test_clock(noon, real=real)
        await unharmed.start(await unharmed.plan())
        await unharmed.until(YEAR)
        assert await town.log() == await unharmed.log()

    @staticmethod
    def _command(town) -> AdvanceTestClockCommand:
        return AdvanceTestClockCommand(clock_id=town.test_clock_id, to=YEAR)


class TestTwoAdvancesOfOneClock:
    async def test_never_work_on_it_together(self, towns, noon, real):
        door, arrived = asyncio.Event(), asyncio.Event()

        async def wait():
            arrived.set()
            await door.wait()

        async def pass_by():
            pass

        bank = WatchedBank(towns.bank(), pass_by)
        town = await towns.on_test_clock(noon, real=real, gateway=bank)
        await town.start(await town.plan())
        bank.watch = wait
        first = asyncio.create_task(town.advance(YEAR))
        await arrived.wait()
        with pytest.raises(ConflictError) as refusal:
            await town.advance(YEAR)
        assert refusal.value.code == "test_clock_advancing"

        real.advance(LEASE)
        bank.watch = pass_by
        there = await town.advance(YEAR)
        door.set()
        with pytest.raises(ConflictError):
            await first
        assert there.now == YEAR
        assert (await town.subscription()).cycles_completed == 13
        assert await town.findings() == ()


class TestTheSweepsOfTheWorker:
    async def test_find_nothing_of_a_test_clock(self, towns, real):
        past = Instant.from_utc(2020, 1, 31)
        town = await towns.on_test_clock(past, real=real)
        await town.start(await town.plan())
        await town.start(await town.plan(), SimulatedCard.TIMEOUT_BEFORE)
        await town.start(await town.plan(), None)
        sweeps, now = Sweeps(towns.sweep), real.now()
        assert await sweeps.due_subscriptions(Mode.TEST, now) == ()
        assert await sweeps.pending_attempts(Mode.TEST, now) == ()
        assert await sweeps.pending_refunds(Mode.TEST, now) == ()
        assert await sweeps.incomplete_subscriptions(Mode.TEST, created_before=now) == ()
        assert (await sweeps.oldest_due_lag(Mode.TEST, now)).total("seconds") == 0
