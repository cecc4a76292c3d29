from whenever import Instant, TimeDelta

from duro.crypto import SystemClock


class TestSystemClock:
    def test_is_the_machines_time_within_the_call(self):
        before = Instant.now()
        now = SystemClock().now()
        assert before - TimeDelta(microseconds=1) < now <= Instant.now()

    def test_holds_whole_microseconds(self):
        readings = [SystemClock().now().timestamp(unit="nanosecond") % 1000 for _ in range(200)]
        assert set(readings) == {0}
