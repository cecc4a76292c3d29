import pytest
from whenever import Instant, Time

from duro.billing import Zone
from duro.billing.messages import QuietHours

LAGOS = Zone("Africa/Lagos")
NEW_YORK = Zone("America/New_York")


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "allowed"),
        [
            (Instant.from_utc(2026, 3, 31, 19, 59, 59), Instant.from_utc(2026, 3, 31, 19, 59, 59)),
            (Instant.from_utc(2026, 3, 31, 20), Instant.from_utc(2026, 4, 1, 7)),
            (Instant.from_utc(2026, 3, 31, 23, 30), Instant.from_utc(2026, 4, 1, 7)),
            (Instant.from_utc(2026, 4, 1, 6, 59, 59), Instant.from_utc(2026, 4, 1, 7)),
            (Instant.from_utc(2026, 4, 1, 7), Instant.from_utc(2026, 4, 1, 7)),
            (Instant.from_utc(2026, 4, 1, 12), Instant.from_utc(2026, 4, 1, 12)),
        ],
    )
    def test_last_from_nine_in_the_evening_to_eight_in_the_morning_on_the_payers_clock(self, at, allowed):
        assert QuietHours().next_allowed(at, LAGOS) == allowed

    def test_end_at_eight_on_the_wall_on_the_night_the_clock_goes_forward(self):
        at = Instant.from_utc(2026, 3, 8, 3)
        assert QuietHours().next_allowed(at, NEW_YORK) == Instant.from_utc(2026, 3, 8, 12)

    def test_end_at_eight_on_the_wall_on_the_night_the_clock_goes_back(self):
        at = Instant.from_utc(2026, 11, 1, 2)
        assert QuietHours().next_allowed(at, NEW_YORK) == Instant.from_utc(2026, 11, 1, 13)

    def test_end_when_the_wall_shows_their_end_again_after_it_was_set_back_across_it(self):
        hours = QuietHours(Time(18), Time(1, 30))
        first, second = Instant.from_utc(2026, 11, 1, 5, 10), Instant.from_utc(2026, 11, 1, 6, 10)
        assert hours.next_allowed(first, NEW_YORK) == Instant.from_utc(2026, 11, 1, 5, 30)
        assert hours.next_allowed(second, NEW_YORK) == Instant.from_utc(2026, 11, 1, 6, 30)

    def test_end_after_a_time_the_clock_skips(self):
        hours = QuietHours(Time(18), Time(2, 30))
        at = Instant.from_utc(2026, 3, 8, 6)
        assert hours.next_allowed(at, NEW_YORK) == Instant.from_utc(2026, 3, 8, 7, 30)

    def test_may_lie_within_one_day(self):
        hours = QuietHours(Time(12), Time(14))
        noon = Instant.from_utc(2026, 3, 31, 11)
        assert hours.next_allowed(noon, LAGOS) == Instant.from_utc(2026, 3, 31, 13)
        assert hours.next_allowed(noon.subtract(seconds=1), LAGOS) == noon.subtract(seconds=1)
        assert hours.next_allowed(noon.add(hours=2), LAGOS) == noon.add(hours=2)

    def test_are_none_when_they_end_as_they_start(self):
        at = Instant.from_utc(2026, 3, 31, 7)
        assert QuietHours(Time(8), Time(8)).next_allowed(at, LAGOS) == at
