import asyncio

import pytest
from whenever import TimeDelta

from duro.cli.supervision.life import Phase
from duro.cli.supervision.restart_policy import RestartPolicy
from duro.cli.supervision.supervisor import Supervisor
from duro.cli.supervision.unit import UnitStartError
from duro.crypto import SystemClock
from duro.testkit.deadline import Deadline

QUICK = RestartPolicy(first=TimeDelta(milliseconds=1), ceiling=TimeDelta(milliseconds=5), calm=TimeDelta(seconds=60))


class FakeProcess:
    def __init__(self, pid: int, *, is_stubborn: bool = False) -> None:
        self.pid = pid
        self.is_stubborn = is_stubborn
        self.ending: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def wait(self) -> int:
        return await asyncio.shield(self.ending)

    def end(self, status: int) -> None:
        if not self.ending.done():
            self.ending.set_result(status)

    def ask_to_stop(self) -> None:
        if not self.is_stubborn:
            self.end(0)

    def kill(self) -> None:
        self.end(-9)


class FakeUnit:
    def __init__(self, name: str = "fake", *, drain_seconds: float = 5.0, is_stubborn: bool = False) -> None:
        self.name = name
        self.drain_seconds = drain_seconds
        self.is_stubborn = is_stubborn
        self.failing_starts = 0
        self.answers = True
        self.started = asyncio.Condition()
        self.runs: list[FakeProcess] = []

    async def start(self) -> FakeProcess:
        if self.runs and self.failing_starts:
            self.failing_starts -= 1
            raise UnitStartError(self.name, "could not be started")
        async with self.started:
            self.runs.append(FakeProcess(len(self.runs) + 1, is_stubborn=self.is_stubborn))
            self.started.notify_all()
        return self.runs[-1]

    async def is_ready(self) -> bool:
        return self.answers

    def last_words(self) -> str:
        return "its last words"

    async def until_run(self, number: int) -> None:
        async with asyncio.timeout(5), self.started:
            await self.started.wait_for(lambda: len(self.runs) >= number)


class Notes:
    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)

    warn = tell


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def supervisor(notes):
    return Supervisor(clock=SystemClock(), announcer=notes, policy=QUICK)


class TestSupervisor:
    async def test_starts_what_died_again_and_says_so(self, supervisor, notes):
        unit = FakeUnit("worker")
        await supervisor.bring_up([unit])
        unit.runs[0].end(-9)
        await unit.until_run(2)
        assert "worker died (signal 9)" in notes.told[0]
        await supervisor.drain()

    async def test_goes_on_trying_while_starts_fail(self, supervisor, notes):
        unit = FakeUnit("worker")
        await supervisor.bring_up([unit])
        unit.failing_starts = 3
        unit.runs[0].end(1)
        await unit.until_run(2)
        assert sum("could not start" in told for told in notes.told) == 3
        await supervisor.drain()

    async def test_refuses_to_begin_with_something_that_ends_before_it_answers(self, supervisor):
        unit = FakeUnit("api")
        unit.answers = False
        bringing_up = asyncio.ensure_future(supervisor.bring_up([unit]))
        await unit.until_run(1)
        unit.runs[0].end(2)
        with pytest.raises(UnitStartError, match=r"api ended at once \(exit status 2\)\.\nits last words"):
            await bringing_up
        await supervisor.drain()

    async def test_ends_the_latest_tier_first(self, supervisor):
        first, second = FakeUnit("first", is_stubborn=True), FakeUnit("second", is_stubborn=True)
        await supervisor.bring_up([first])
        await supervisor.bring_up([second])
        draining = asyncio.ensure_future(supervisor.drain())
        await asyncio.sleep(0)
        second.runs[0].end(0)
        await asyncio.sleep(0)
        assert not draining.done()
        first.runs[0].end(0)
        await asyncio.wait_for(draining, 5)

    async def test_does_not_start_again_what_it_ended(self, supervisor):
        unit = FakeUnit()
        await supervisor.bring_up([unit])
        keeper = supervisor.keepers[0]
        await supervisor.drain()
        assert len(unit.runs) == 1
        assert keeper.phase is Phase.STOPPED

    async def test_kills_what_does_not_finish_in_time(self, supervisor, notes):
        unit = FakeUnit("stubborn", drain_seconds=0.01, is_stubborn=True)
        await supervisor.bring_up([unit])
        await asyncio.wait_for(supervisor.drain(), 5)
        assert unit.runs[0].ending.result() == -9
        assert "stubborn did not finish in time" in notes.told[0]

    async def test_kills_at_once_in_a_hurry(self, supervisor):
        unit = FakeUnit(drain_seconds=3_600, is_stubborn=True)
        await supervisor.bring_up([unit])
        draining = asyncio.ensure_future(supervisor.drain())
        await asyncio.sleep(0)
        supervisor.hurry()
        await asyncio.wait_for(draining, 5)
        assert unit.runs[0].ending.result() == -9

    async def test_drains_what_waits_to_be_started_again(self, notes):
        slow = RestartPolicy(first=TimeDelta(hours=1), ceiling=TimeDelta(hours=1), calm=TimeDelta(seconds=60))
        supervisor = Supervisor(clock=SystemClock(), announcer=notes, policy=slow)
        unit = FakeUnit()
        await supervisor.bring_up([unit])
        keeper = supervisor.keepers[0]
        unit.runs[0].end(1)
        await Deadline(5).until(lambda: keeper.phase is Phase.BACKING_OFF)
        await asyncio.wait_for(supervisor.drain(), 5)
        assert keeper.phase is Phase.STOPPED
