import pytest
from whenever import Instant

from duro.billing import BillingCycle, Cadence, Interval, OutsideHorizonError
from duro.kernel import ErrorKind, InvalidInputError, Period

MONTHLY = Cadence(Interval.MONTH)
DAILY = Cadence(Interval.DAY)


class TestABillingCycle:
    def test_goes_from_31_january_to_28_february_to_31_march(self):
        cycle = BillingCycle(Instant.from_utc(2025, 1, 31, 9), "Africa/Lagos", MONTHLY)
        assert [cycle.boundary(number) for number in (1, 2)] == [
            Instant.from_utc(2025, 2, 28, 9),
            Instant.from_utc(2025, 3, 31, 9),
        ]

    def test_counts_days_where_the_subscriber_lives(self):
        cycle = BillingCycle(Instant.from_utc(2025, 1, 31, 23, 30), "Africa/Lagos", MONTHLY)
        assert cycle.billing_day == 1
        assert cycle.boundary(1) == Instant.from_utc(2025, 2, 28, 23, 30)

    def test_keeps_the_time_on_the_wall_when_clocks_change(self):
        cycle = BillingCycle(Instant.from_utc(2025, 1, 15, 15), "America/New_York", MONTHLY)
        assert [cycle.boundary(number) for number in (1, 2, 9, 10)] == [
            Instant.from_utc(2025, 2, 15, 15),
            Instant.from_utc(2025, 3, 15, 14),
            Instant.from_utc(2025, 10, 15, 14),
            Instant.from_utc(2025, 11, 15, 15),
        ]

    def test_moves_a_skipped_time_forward_and_returns_to_it(self):
        cycle = BillingCycle(Instant.from_utc(2025, 3, 8, 7, 30), "America/New_York", DAILY)
        assert [cycle.boundary(number) for number in (0, 1, 2)] == [
            Instant.from_utc(2025, 3, 8, 7, 30),
            Instant.from_utc(2025, 3, 9, 7, 30),
            Instant.from_utc(2025, 3, 10, 6, 30),
        ]

    def test_takes_the_first_of_a_repeated_time(self):
        cycle = BillingCycle(Instant.from_utc(2025, 11, 1, 5, 30), "America/New_York", DAILY)
        assert cycle.boundary(1) == Instant.from_utc(2025, 11, 2, 5, 30)

    def test_begins_at_its_anchor_even_in_the_second_of_a_repeated_time(self):
        anchor = Instant.from_utc(2025, 11, 2, 6, 30)
        cycle = BillingCycle(anchor, "America/New_York", DAILY)
        assert cycle.boundary(0) == anchor
        assert cycle.period_containing(anchor) == Period(anchor, Instant.from_utc(2025, 11, 3, 6, 30))
        assert cycle.previous_boundary_before(anchor) == Instant.from_utc(2025, 11, 1, 5, 30)

    def test_counts_hours_exactly_across_a_clock_change(self):
        cycle = BillingCycle(Instant.from_utc(2025, 3, 9, 5), "America/New_York", Cadence(Interval.HOUR, 6))
        assert cycle.boundary(1) == Instant.from_utc(2025, 3, 9, 11)
        assert cycle.boundary(-1) == Instant.from_utc(2025, 3, 8, 23)

    def test_keeps_fractions_of_a_second(self):
        anchor = Instant.from_timestamp(1_738_314_000_123_456, unit="microsecond")
        for interval in Interval:
            cycle = BillingCycle(anchor, "Africa/Lagos", Cadence(interval))
            later = cycle.boundary(7)
            assert later.timestamp(unit="microsecond") % 1_000_000 == 123_456
            assert cycle.boundary_on_or_after(later) == later
            assert cycle.previous_boundary_before(later) == cycle.boundary(6)

    def test_refuses_a_zone_nobody_knows(self):
        with pytest.raises(InvalidInputError) as refused:
            BillingCycle(Instant.from_utc(2025, 1, 1), "Africa/Wakanda", MONTHLY)
        assert refused.value.faults[0].path == "zone"


class TestItsSearch:
    CYCLE = BillingCycle(Instant.from_utc(2025, 1, 31, 9), "Africa/Lagos", MONTHLY)
    BOUNDARY = Instant.from_utc(2025, 3, 31, 9)
    BETWEEN = Instant.from_utc(2025, 3, 31, 9, 0, 1)

    def test_looks_strictly_after(self):
        assert self.CYCLE.next_boundary_after(self.BOUNDARY) == Instant.from_utc(2025, 4, 30, 9)
        assert self.CYCLE.next_boundary_after(self.BETWEEN) == Instant.from_utc(2025, 4, 30, 9)

    def test_looks_strictly_before(self):
        assert self.CYCLE.previous_boundary_before(self.BOUNDARY) == Instant.from_utc(2025, 2, 28, 9)
        assert self.CYCLE.previous_boundary_before(self.BETWEEN) == self.BOUNDARY

    def test_takes_the_boundary_itself_when_asked_on_or_after_or_before(self):
        assert self.CYCLE.boundary_on_or_after(self.BOUNDARY) == self.BOUNDARY
        assert self.CYCLE.boundary_on_or_after(self.BETWEEN) == Instant.from_utc(2025, 4, 30, 9)
        assert self.CYCLE.boundary_on_or_before(self.BOUNDARY) == self.BOUNDARY
        assert self.CYCLE.boundary_on_or_before(self.BETWEEN) == self.BOUNDARY

    def test_finds_half_open_periods(self):
        april = Period(self.BOUNDARY, Instant.from_utc(2025, 4, 30, 9))
        assert self.CYCLE.period_containing(self.BOUNDARY) == april
        assert self.CYCLE.period_starting_at(self.BOUNDARY) == april

    def test_tells_the_hours_of_a_boundary_day_apart(self):
        before, after = Instant.from_utc(2025, 3, 31, 8), Instant.from_utc(2025, 3, 31, 10)
        assert self.CYCLE.next_boundary_after(before) == self.BOUNDARY
        assert self.CYCLE.next_boundary_after(after) == Instant.from_utc(2025, 4, 30, 9)

    def test_tells_the_fractions_of_a_boundary_second_apart(self):
        anchor = Instant.from_utc(2025, 1, 31, 9, nanosecond=900_000_000)
        hourly = BillingCycle(anchor, "Africa/Lagos", Cadence(Interval.HOUR))
        early = Instant.from_utc(2025, 1, 31, 10, nanosecond=100_000_000)
        assert hourly.next_boundary_after(early) == hourly.boundary(1)

    def test_looks_before_the_anchor_too(self):
        assert self.CYCLE.next_boundary_after(Instant.from_utc(2024, 2, 20)) == Instant.from_utc(2024, 2, 29, 9)


class TestAZoneThatSkipsAWholeDay:
    """Samoa went to bed on Thursday 29 December 2011 and woke up on Saturday the 31st."""

    def test_has_no_daily_boundary_for_that_day(self):
        cycle = BillingCycle(Instant.from_utc(2011, 12, 28, 20), "Pacific/Apia", DAILY)
        assert [cycle.boundary(number) for number in range(-1, 5)] == [
            Instant.from_utc(2011, 12, day, 20) for day in (27, 28, 29, 30, 31)
        ] + [Instant.from_utc(2012, 1, 1, 20)]

    def test_numbers_the_days_from_either_side_without_a_repeat(self):
        anchor = Instant.from_utc(2012, 1, 3, 20)
        cycle = BillingCycle(anchor, "Pacific/Apia", DAILY)
        assert [cycle.boundary(-number) for number in range(8)] == [anchor.subtract(hours=24 * n) for n in range(8)]

    @pytest.mark.parametrize("anchor", [Instant.from_utc(2011, 12, 20, 20), Instant.from_utc(2012, 1, 10, 20)])
    def test_finds_periods_on_the_far_side_of_it(self, anchor):
        cycle = BillingCycle(anchor, "Pacific/Apia", DAILY)
        for day in (25, 29, 30, 31):
            start = Instant.from_utc(2011, 12, day, 20)
            assert cycle.period_containing(start.add(hours=5)) == Period(start, start.add(hours=24))

    def test_moves_a_longer_cadence_on_by_a_day_and_returns_to_it(self):
        cycle = BillingCycle(Instant.from_utc(2011, 12, 23, 20), "Pacific/Apia", Cadence(Interval.WEEK))
        assert [cycle.boundary(number) for number in (1, 2)] == [
            Instant.from_utc(2011, 12, 30, 20),
            Instant.from_utc(2012, 1, 5, 20),
        ]


class TestAStoredBoundaryThatTheZoneRulesMovedAwayFrom:
    """A boundary was stored under old rules; a new edition of the tz database puts it elsewhere."""

    CYCLE = BillingCycle(Instant.from_utc(2025, 1, 31, 9), "Africa/Lagos", DAILY)

    @pytest.mark.parametrize("hours", [1, 3])
    def test_is_not_followed_by_a_sliver(self, hours):
        stored = Instant.from_utc(2025, 3, 10, 9).subtract(hours=hours)
        assert self.CYCLE.period_starting_at(stored) == Period(stored, Instant.from_utc(2025, 3, 11, 9))

    @pytest.mark.parametrize("hours", [-2, 4, 12])
    def test_is_followed_by_the_next_boundary_when_it_lies_after_its_place_or_far_from_any(self, hours):
        stored = Instant.from_utc(2025, 3, 10, 9).subtract(hours=hours)
        assert self.CYCLE.period_starting_at(stored).end == self.CYCLE.next_boundary_after(stored)

    def test_keeps_to_the_nearest_place_when_periods_are_as_short_as_a_change(self):
        hourly = BillingCycle(Instant.from_utc(2025, 1, 31, 9), "Africa/Lagos", Cadence(Interval.HOUR, 2))
        stored = Instant.from_utc(2025, 1, 31, 9, 30)
        assert hourly.period_starting_at(stored).end == Instant.from_utc(2025, 1, 31, 11)


class TestTheHorizon:
    @pytest.mark.parametrize("interval", list(Interval))
    def test_ends_with_the_year_2200(self, interval):
        cycle = BillingCycle(Instant.from_utc(2200, 12, 31, 23, 59), "UTC", Cadence(interval))
        with pytest.raises(OutsideHorizonError) as refused:
            cycle.next_boundary_after(cycle.anchor)
        assert (refused.value.code, refused.value.kind) == ("instant_out_of_range", ErrorKind.INVALID)
        assert cycle.previous_boundary_before(cycle.anchor) == cycle.boundary(-1)

    @pytest.mark.parametrize("interval", list(Interval))
    def test_begins_with_the_year_2000(self, interval):
        cycle = BillingCycle(Instant.from_utc(2000, 1, 1), "UTC", Cadence(interval))
        with pytest.raises(OutsideHorizonError):
            cycle.previous_boundary_before(cycle.anchor)
        assert cycle.next_boundary_after(cycle.anchor) == cycle.boundary(1)

    @pytest.mark.parametrize("number", [10**5, -(10**5), 10**30, -(10**30)])
    @pytest.mark.parametrize("interval", list(Interval))
    def test_refuses_any_number_however_large(self, interval, number):
        cycle = BillingCycle(Instant.from_utc(2025, 1, 1), "Africa/Lagos", Cadence(interval, 1_000))
        with pytest.raises(OutsideHorizonError):
            cycle.boundary(number)

    def test_does_not_hide_a_boundary_whose_neighbour_lies_outside(self):
        cycle = BillingCycle(Instant.from_utc(2025, 1, 1), "UTC", Cadence(Interval.YEAR, 1_000))
        assert cycle.next_boundary_after(Instant.from_utc(2024, 6, 1)) == cycle.anchor
        assert cycle.previous_boundary_before(Instant.from_utc(2026, 6, 1)) == cycle.anchor
