import asyncio

import pytest

from duro.billing_worker.billing_worker import BillingWorker
from duro.billing_worker.readiness import Readiness
from duro.testkit.deadline import Deadline

WELL = Readiness(is_database_reachable=True, is_queue_reachable=True, is_clock_trusted=True)
SKEWED = Readiness(is_database_reachable=True, is_queue_reachable=True, is_clock_trusted=False)
WITHOUT_DATABASE = Readiness(is_database_reachable=False, is_queue_reachable=True, is_clock_trusted=True)
SOON = Deadline(5)


class FakeHealth:
    def __init__(self, readiness: Readiness) -> None:
        self.readiness = readiness
        self.looks = 0

    async def look(self) -> Readiness:
        self.looks += 1
        return self.readiness


class FakeCrew:
    def __init__(self) -> None:
        self.is_started = False
        self.is_drained = False
        self.has_failed = False
        self.in_progress = {"billing-test": 3}

    def start(self) -> None:
        self.is_started = True

    async def drain(self) -> bool:
        self.is_drained = True
        return True


class Shift:
    """A worker at work, with the crews it has called."""

    def __init__(self, readiness: Readiness) -> None:
        self.health = FakeHealth(readiness)
        self.crews: list[FakeCrew] = []
        self.worker = BillingWorker(health=self.health, crew=self._crew, look_seconds=0.01)
        self._task = asyncio.create_task(self.worker.run())

    def _crew(self) -> FakeCrew:
        self.crews.append(FakeCrew())
        return self.crews[-1]

    async def looks(self, times: int) -> None:
        before = self.health.looks
        await SOON.until(lambda: self.health.looks >= before + times)

    async def end(self) -> None:
        self.worker.stop()
        await asyncio.wait_for(self._task, 5)


@pytest.fixture
async def shift():
    begun: list[Shift] = []

    def begin(readiness: Readiness) -> Shift:
        begun.append(Shift(readiness))
        return begun[-1]

    yield begin
    for each in begun:
        await each.end()


class TestABillingWorker:
    async def test_works_once_everything_is_well(self, shift):
        work = shift(WELL)
        await SOON.until(lambda: work.worker.is_working)
        await work.looks(3)
        assert [crew.is_started for crew in work.crews] == [True]
        assert work.worker.in_progress == {"billing-test": 3}

    @pytest.mark.parametrize("readiness", [SKEWED, WITHOUT_DATABASE])
    async def test_starts_nothing_before_that(self, readiness, shift):
        work = shift(readiness)
        await work.looks(3)
        assert work.crews == []
        assert work.worker.in_progress == {}

    async def test_drains_when_the_clock_goes_wrong_and_works_again_when_it_is_right(self, shift):
        work = shift(WELL)
        await SOON.until(lambda: work.worker.is_working)
        work.health.readiness = SKEWED
        await SOON.until(lambda: work.crews[0].is_drained)
        assert not work.worker.is_working
        work.health.readiness = WELL
        await SOON.until(lambda: work.worker.is_working)
        assert len(work.crews) == 2

    async def test_calls_a_new_crew_when_a_member_of_the_old_one_has_given_up(self, shift):
        work = shift(WELL)
        await SOON.until(lambda: work.worker.is_working)
        work.crews[0].has_failed = True
        await SOON.until(lambda: len(work.crews) == 2)
        assert work.crews[0].is_drained
        assert work.crews[1].is_started

    async def test_goes_on_while_the_database_is_away(self, shift):
        work = shift(WELL)
        await SOON.until(lambda: work.worker.is_working)
        work.health.readiness = WITHOUT_DATABASE
        await work.looks(3)
        assert work.worker.is_working
        assert not work.crews[0].is_drained

    async def test_drains_when_it_is_stopped(self, shift):
        work = shift(WELL)
        await SOON.until(lambda: work.worker.is_working)
        await work.end()
        assert work.crews[0].is_drained


class TestReadiness:
    def test_names_what_is_missing(self):
        assert WELL.problems == ()
        assert SKEWED.problems == ("the clock differs from the database's by more than 2 seconds",)
        assert not SKEWED.is_ready
        assert not WITHOUT_DATABASE.is_ready
