import pytest
from whenever import Instant, PlainDateTime

from duro.billing import BillingCycle, Cadence, Interval, Zone
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


class CountingGrid:
    """A grid that counts how often it is asked."""

    def __init__(self, grid) -> None:
        self.grid = grid
        self.asked = 0

    def instant(self, number):
        self.asked += 1
        return self.grid.instant(number)

    def guess(self, at):
        return self.grid.guess(at)


class TestTheSearchOfAGrid:
    @pytest.mark.parametrize("zone", ["UTC", "Africa/Lagos", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"])
    @pytest.mark.parametrize(
        "cadence", [Cadence(interval, count) for interval in Interval for count in (1, 7)], ids=str
    )
    def test_asks_for_a_handful_of_boundaries_however_far_it_looks(self, zone, cadence):
        cycle = BillingCycle(Instant.from_utc(2003, 1, 31, 23, 30), zone, cadence)
        for at in (Instant.from_utc(2003, 2, 1), Instant.from_utc(2011, 12, 30), Instant.from_utc(2190, 7, 4, 12)):
            grid = CountingGrid(cycle._grid())
            cycle._number_at(grid, at)
            assert grid.asked <= 4


class TestAZone:
    def test_reads_the_wall_and_finds_the_instant_again(self):
        lagos = Zone("Africa/Lagos")
        instant = Instant.from_utc(2025, 1, 31, 23, 30)
        assert lagos.local(instant) == PlainDateTime(2025, 2, 1, 0, 30)
        assert lagos.instant(PlainDateTime(2025, 2, 1, 0, 30)) == instant
