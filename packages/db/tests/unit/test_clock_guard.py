import pytest
from whenever import Instant, TimeDelta

from duro.db.clock_guard import ClockGuard, ClockNotTrustedError

NOON = Instant.from_utc(2026, 3, 31, 12)


class Machine:
    """A machine with a wall clock that can be set wrong, and a monotonic clock that can't."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.ahead = TimeDelta()

    def pass_seconds(self, seconds: float) -> None:
        self.elapsed += seconds

    @property
    def truth(self) -> Instant:
        return NOON + TimeDelta(seconds=self.elapsed)

    def now(self) -> Instant:
        return self.truth + self.ahead

    def monotonic(self) -> float:
        return self.elapsed


class Database:
    def __init__(self, machine: Machine, *, takes_seconds: float = 0.0) -> None:
        self._machine = machine
        self._takes_seconds = takes_seconds

    async def now(self) -> Instant:
        self._machine.pass_seconds(self._takes_seconds / 2)
        truth = self._machine.truth
        self._machine.pass_seconds(self._takes_seconds / 2)
        return truth


class TestAClock:
    @pytest.mark.parametrize("seconds", [0, 1.9, -1.9, 2, -2])
    async def test_is_trusted_up_to_two_seconds_of_difference(self, seconds):
        machine = Machine()
        machine.ahead = TimeDelta(seconds=seconds)
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        assert await guard.compare() == TimeDelta(seconds=seconds)
        guard.require()

    @pytest.mark.parametrize("seconds", [2.1, -2.1, 3_600])
    async def test_that_differs_by_more_claims_nothing(self, seconds):
        machine = Machine()
        machine.ahead = TimeDelta(seconds=seconds)
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        await guard.compare()
        with pytest.raises(ClockNotTrustedError):
            guard.require()

    def test_that_was_never_compared_claims_nothing(self):
        machine = Machine()
        with pytest.raises(ClockNotTrustedError):
            ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic).require()

    async def test_is_not_blamed_for_a_slow_answer(self):
        machine = Machine()
        guard = ClockGuard(machine, [Database(machine, takes_seconds=2.9)], monotonic=machine.monotonic)
        assert await guard.compare() == TimeDelta()
        guard.require()

    async def test_that_jumps_between_two_comparisons_is_noticed_at_once(self):
        machine = Machine()
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        await guard.compare()
        machine.pass_seconds(4)
        guard.require()
        machine.ahead = TimeDelta(seconds=30)
        with pytest.raises(ClockNotTrustedError):
            guard.require()

    async def test_that_creeps_is_counted_from_the_truth_not_from_the_last_reading(self):
        machine = Machine()
        machine.ahead = TimeDelta(seconds=1.5)
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        await guard.compare()
        machine.ahead = TimeDelta(seconds=2.5)
        assert not guard.is_trusted

    async def test_that_was_last_compared_long_ago_claims_nothing(self):
        machine = Machine()
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        await guard.compare()
        machine.pass_seconds(60)
        assert not guard.is_trusted
        await guard.compare()
        assert guard.is_trusted

    async def test_is_compared_with_every_database(self):
        machine, other = Machine(), Machine()
        other.ahead = TimeDelta(seconds=0)
        other.elapsed = 100.0
        guard = ClockGuard(machine, [Database(machine), Database(other)], monotonic=machine.monotonic)
        assert await guard.compare() == TimeDelta(seconds=-100)
        assert not guard.is_trusted


class TestACheck:
    async def test_compares_when_no_comparison_is_fresh_and_refuses_a_wrong_clock(self):
        machine = Machine()
        guard = ClockGuard(machine, [Database(machine)], monotonic=machine.monotonic)
        await guard.check()
        machine.pass_seconds(3_600)
        await guard.check()
        machine.ahead = TimeDelta(seconds=3)
        with pytest.raises(ClockNotTrustedError):
            await guard.check()
