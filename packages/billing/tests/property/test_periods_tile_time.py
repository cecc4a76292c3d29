"""The grid against an oracle that shares no code with it: zoneinfo, one day at a time, on datetime alone."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whenever import Instant, TimeDelta, available_timezones

from duro.billing import BillingCycle, Cadence, Interval

ZONES = sorted(zone for zone in available_timezones() if zone not in {"Factory", "localtime"})
UNITS = {
    Interval.HOUR: ("hours", 1),
    Interval.DAY: ("days", 1),
    Interval.WEEK: ("days", 7),
    Interval.MONTH: ("months", 1),
    Interval.QUARTER: ("months", 3),
    Interval.BIANNUAL: ("months", 6),
    Interval.YEAR: ("months", 12),
}


class Oracle:
    """Every boundary from the anchor to a number of steps on either side, worked out naively."""

    def __init__(self, cycle: BillingCycle, steps: int) -> None:
        zero = datetime.fromtimestamp(0, UTC)
        self.anchor = zero + timedelta(microseconds=cycle.anchor.timestamp(unit="microsecond"))
        self.zone = ZoneInfo(cycle.zone)
        self.unit, per_interval = UNITS[cycle.cadence.interval]
        self.step = per_interval * cycle.cadence.count
        walked = {self.at(number * self.step) for number in range(-steps, steps + 1) if number}
        self.boundaries = sorted(walked | {self.anchor})

    def at(self, amount: int) -> datetime:
        if self.unit == "hours":
            return self.anchor + timedelta(hours=amount)
        wall = self.anchor.astimezone(self.zone).replace(tzinfo=None, fold=0)
        if self.unit == "days":
            wall += timedelta(days=amount)
        else:
            year, month = divmod(wall.year * 12 + wall.month - 1 + amount, 12)
            wall = wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def instants(self) -> list[Instant]:
        zero = datetime.fromtimestamp(0, UTC)
        return [
            Instant.from_timestamp((boundary - zero) // timedelta(microseconds=1), unit="microsecond")
            for boundary in self.boundaries
        ]


@cache
def transitions(zone: str) -> list[Instant]:
    """Every change of the zone's clock until 2038 that the grid may meet."""
    found: list[Instant] = []
    at = Instant.from_utc(2003, 1, 1).to_tz(zone).next_transition()
    while at is not None and at.year < 2038:
        found.append(at.to_instant())
        at = at.next_transition()
    return found


def room(anchor: Instant, cadence: Cadence) -> int:
    """How many periods, sixteen at most, fit between the anchor and the nearer end of the calendar."""
    year = anchor.to_tz("UTC").year
    months = 12 * min(year - 2002, 2199 - year)
    return min(16, months // (cadence.months or 1))


MICROSECONDS = {"min_value": 1_072_915_200_000_000, "max_value": 7_226_582_400_000_000}
INSTANTS = st.integers(**MICROSECONDS).map(lambda at: Instant.from_timestamp(at, unit="microsecond"))
CADENCES = st.builds(Cadence, st.sampled_from(Interval), st.integers(1, 4))
DAYS_OFF = st.integers(-12, 12)
SECONDS_OFF = st.integers(-90_000, 90_000)


@st.composite
def anchors_near_a_change(draw: st.DrawFn) -> tuple[Instant, str]:
    """An anchor whose days come within an hour or so of a change of the zone's clock."""
    zone = draw(st.sampled_from([zone for zone in ZONES if transitions(zone)]))
    change = draw(st.sampled_from(transitions(zone)))
    return change.add(hours=24 * draw(DAYS_OFF), seconds=draw(SECONDS_OFF)), zone


PLACES = st.tuples(INSTANTS, st.sampled_from(ZONES)) | anchors_near_a_change()
CYCLES = st.builds(lambda place, cadence: BillingCycle(*place, cadence), PLACES, CADENCES).filter(
    lambda cycle: room(cycle.anchor, cycle.cadence) > 2
)


class TestThePeriodsOfACycle:
    @settings(max_examples=400, deadline=None)
    @given(CYCLES)
    @example(BillingCycle(Instant.from_utc(2011, 12, 25, 20), "Pacific/Apia", Cadence(Interval.DAY)))
    @example(BillingCycle(Instant.from_utc(2012, 1, 5, 20), "Pacific/Apia", Cadence(Interval.DAY)))
    @example(BillingCycle(Instant.from_utc(2011, 12, 20, 20), "Pacific/Fakaofo", Cadence(Interval.DAY)))
    @example(BillingCycle(Instant.from_utc(2024, 4, 5, 15, 45), "Australia/Lord_Howe", Cadence(Interval.DAY)))
    def test_are_the_oracle_s(self, cycle):
        boundaries = Oracle(cycle, steps=room(cycle.anchor, cycle.cadence)).instants()
        zero = boundaries.index(cycle.anchor)
        assert [cycle.boundary(number) for number in range(-zero, len(boundaries) - zero)] == boundaries

    @settings(max_examples=400, deadline=None)
    @given(CYCLES, st.integers(0, 1_000))
    def test_tile_time_without_gap_or_overlap(self, cycle, thousandths):
        steps = room(cycle.anchor, cycle.cadence) - 2
        first, last = cycle.boundary(-steps), cycle.boundary(steps)
        at = first.add(seconds=round((last - first).total("seconds")) * thousandths // 1_000)
        period = cycle.period_containing(at)
        assert period.contains(at)
        assert period.meets(cycle.period_containing(period.end))
        assert cycle.period_containing(period.start.subtract(microseconds=1)).meets(period)
        assert cycle.period_containing(period.end.subtract(microseconds=1)) == period
        assert cycle.period_starting_at(period.start) == period

    @settings(max_examples=300, deadline=None)
    @given(CYCLES, st.floats(-1, 1), st.integers(0, 3_600_000_000 - 1))
    def test_answer_every_question_of_their_neighbours_alike(self, cycle, share, microseconds):
        number = round((room(cycle.anchor, cycle.cadence) - 2) * share)
        before, boundary, after = (cycle.boundary(number + step) for step in (-1, 0, 1))
        inside = boundary.add(microseconds=microseconds)
        assert before < boundary < after
        assert cycle.next_boundary_after(inside) == after
        assert cycle.boundary_on_or_before(inside) == boundary
        assert cycle.boundary_on_or_after(inside) == (after if microseconds else boundary)
        assert cycle.previous_boundary_before(inside) == (boundary if microseconds else before)

    @pytest.mark.parametrize("hour", [0, 2, 13])
    def test_tile_time_across_every_change_of_every_zone(self, hour):
        day = Cadence(Interval.DAY)
        for zone in ZONES:
            cycle = BillingCycle(Instant.from_utc(2015, 1, 31, hour, 30), zone, day)
            for change in transitions(zone):
                period = cycle.period_containing(change.subtract(hours=49))
                for _ in range(4):
                    later = cycle.period_containing(period.end)
                    assert period.meets(later)
                    assert TimeDelta(hours=20) < period.length() < TimeDelta(hours=28), (zone, period)
                    period = later

    @pytest.mark.parametrize("interval", list(Interval))
    def test_tile_time_in_every_zone_for_a_lifetime(self, interval):
        anchor = Instant.from_utc(2024, 8, 31, 23, 30)
        for zone in ZONES:
            cycle = BillingCycle(anchor, zone, Cadence(interval))
            row = [cycle.boundary(number) for number in range(-24, 25)]
            assert all(earlier < later for earlier, later in pairwise(row)), zone
            assert cycle.period_containing(row[40]).start == row[40]
