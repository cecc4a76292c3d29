import pytest
from whenever import Instant, TimeDelta

from duro.testkit import ClockGoesBackError, SteppingClock

START = Instant.from_utc(2026, 3, 31, hour=9)


class TestASteppingClock:
    def test_stands_still_until_it_is_moved(self):
        clock = SteppingClock(START)

        assert clock.now() == clock.now() == START

    def test_advances_by_a_step(self):
        clock = SteppingClock(START)

        assert clock.advance(TimeDelta(hours=2)) == clock.now() == START + TimeDelta(hours=2)

    def test_moves_to_an_instant_the_present_included(self):
        clock = SteppingClock(START)

        assert clock.set(START) == START
        assert clock.set(START + TimeDelta(hours=24)) == clock.now() == START + TimeDelta(hours=24)

    def test_never_goes_back(self):
        clock = SteppingClock(START)

        with pytest.raises(ClockGoesBackError):
            clock.set(START - TimeDelta(microseconds=1))
        with pytest.raises(ClockGoesBackError):
            clock.advance(TimeDelta(seconds=-1))
        assert clock.now() == START

    def test_counts_in_whole_microseconds(self):
        clock = SteppingClock(START + TimeDelta(nanoseconds=1_999))

        assert clock.now() == START + TimeDelta(microseconds=1)
