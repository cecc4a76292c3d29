from whenever import Instant, PlainDateTime

from duro.billing import Cadence, Interval, Zone
from duro.billing.boundary_grid import LocalGrid


class TestALocalGrid:
    def test_stays_in_order_where_a_zone_repeats_a_whole_day(self):
        """Alaska lived 18 October 1867 twice over; no zone has since, but one may."""
        zone = Zone("America/Juneau")
        first = zone.instant(PlainDateTime(1867, 10, 10, 12))
        later = zone.instant(PlainDateTime(1867, 10, 28, 12))
        for anchor in (first, later):
            grid = LocalGrid.anchored(anchor, zone, Cadence(Interval.DAY))
            row = [grid.instant(number) for number in range(-15, 16)]
            assert row == sorted(set(row))


class TestAZone:
    def test_reads_the_wall_and_finds_the_instant_again(self):
        lagos = Zone("Africa/Lagos")
        instant = Instant.from_utc(2025, 1, 31, 23, 30)
        assert lagos.local(instant) == PlainDateTime(2025, 2, 1, 0, 30)
        assert lagos.instant(PlainDateTime(2025, 2, 1, 0, 30)) == instant
