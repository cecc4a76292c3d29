from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122

from whenever import Instant, TimeDelta

from duro.crypto import SystemClock, Uuid7IdFactory
from duro.kernel import InvoiceId, PlanId

NOON = Instant.from_utc(2026, 3, 1, 12)


class ClockAt:
    def __init__(self, at: Instant) -> None:
        self.at = at

    def now(self) -> Instant:
        return self.at


class TestUuid7IdFactory:
    def test_makes_version_7_of_the_kind_asked_for(self):
        made = Uuid7IdFactory(SystemClock()).new(PlanId)
        assert isinstance(made, PlanId)
        assert made.value.version == 7
        assert made.value.variant == RFC_4122

    def test_begins_with_the_milliseconds_of_the_clock(self):
        made = Uuid7IdFactory(ClockAt(NOON)).new(InvoiceId)
        assert made.value.int >> 80 == NOON.timestamp(unit="millisecond")

    def test_sorts_by_microsecond_across_factories(self):
        earlier = Uuid7IdFactory(ClockAt(NOON + TimeDelta(microseconds=998))).new(InvoiceId)
        later = Uuid7IdFactory(ClockAt(NOON + TimeDelta(microseconds=999))).new(InvoiceId)
        assert earlier < later

    def test_keeps_rising_when_the_clock_stands_still(self):
        ids = Uuid7IdFactory(ClockAt(NOON))
        made = [ids.new(InvoiceId) for _ in range(10_000)]
        assert made == sorted(made)
        assert len(set(made)) == 10_000

    def test_keeps_rising_when_the_clock_goes_back(self):
        clock = ClockAt(NOON)
        ids = Uuid7IdFactory(clock)
        before = ids.new(InvoiceId)
        clock.at = NOON - TimeDelta(hours=1)
        assert ids.new(InvoiceId) > before

    def test_never_repeats_a_tick_between_threads(self):
        ids = Uuid7IdFactory(ClockAt(NOON))
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda _: ids.new(InvoiceId), range(4_000)))
        assert len({each.value.int >> 64 for each in made}) == 4_000

    def test_differs_between_processes_in_62_bits(self):
        made = {Uuid7IdFactory(ClockAt(NOON)).new(InvoiceId) for _ in range(1_000)}
        assert len(made) == 1_000
