from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant, Time

from duro.billing import Zone
from duro.billing.messages import Departure, MessageKind, QuietHours

ZONES = st.sampled_from(
    "Africa/Lagos America/New_York Europe/London Asia/Kathmandu Australia/Lord_Howe Pacific/Apia Asia/Tehran".split()
).map(Zone)
INSTANTS = st.integers(1_700_000_000, 1_900_000_000).map(lambda second: Instant.from_timestamp(second, unit="second"))
TIMES = st.integers(0, 1_439).map(lambda minute: Time(minute // 60, minute % 60))


class TestDeparture:
    @given(at=INSTANTS, zone=ZONES, hours=st.builds(QuietHours, TIMES, TIMES))
    def test_is_never_earlier_nor_in_quiet_hours_nor_moved_again(self, at, zone, hours):
        leaves = hours.next_allowed(at, zone)
        assert at <= leaves < at.add(hours=27)
        assert hours.next_allowed(leaves, zone) == leaves

    @given(at=INSTANTS, zone=ZONES, gaps=st.lists(st.integers(-80, 80), max_size=12))
    def test_gives_a_nudge_a_day_that_had_none(self, at, zone, gaps):
        nudged_at = [at.add(hours=gap) for gap in gaps]
        departure = Departure()
        leaves = departure.earliest(MessageKind.DUNNING_3, at, zone, nudged_at=nudged_at)
        assert leaves >= at
        assert zone.local(leaves).date() not in {zone.local(nudge).date() for nudge in nudged_at}
        assert departure.earliest(MessageKind.DUNNING_3, leaves, zone, nudged_at=nudged_at) == leaves
