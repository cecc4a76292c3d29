import pytest
from whenever import Instant

from duro.billing.recovery import PaydayWindow


class TestPaydayWindow:
    @pytest.mark.parametrize(
        ("day", "expected"), [(27, False), (28, True), (29, False), (31, False), (1, True), (3, True), (4, False)]
    )
    def test_knows_the_twenty_eighth_and_the_first_three_days(self, day, expected):
        assert PaydayWindow().is_payday(Instant.from_utc(2026, 5, day, 23, 59, 59)) is expected
        assert PaydayWindow().is_payday(Instant.from_utc(2026, 5, day)) is expected

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ((2026, 4, 15, 10), (2026, 4, 28, 9)),
            ((2026, 4, 28, 8, 59, 59), (2026, 4, 28, 9)),
            ((2026, 4, 28, 9), (2026, 5, 28, 9)),
            ((2026, 1, 29), (2026, 2, 28, 9)),
            ((2026, 12, 29), (2027, 1, 28, 9)),
        ],
    )
    def test_goes_on_to_the_next_twenty_eighth_at_nine(self, at, expected):
        assert PaydayWindow().next_after(Instant.from_utc(*at)) == Instant.from_utc(*expected)

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ((2026, 4, 15, 10), (2026, 4, 28, 9)),
            ((2026, 4, 28, 3), (2026, 4, 28, 3)),
            ((2026, 5, 2, 3), (2026, 5, 2, 3)),
            ((2026, 4, 29, 3), (2026, 5, 1, 9)),
            ((2026, 12, 31), (2027, 1, 1, 9)),
        ],
    )
    def test_finds_the_nearest_payday_from_an_instant_on(self, at, expected):
        assert PaydayWindow().near(Instant.from_utc(*at)) == Instant.from_utc(*expected)

    def test_needs_no_late_days(self):
        window = PaydayWindow(day=25, last_late_day=0)
        assert not window.is_payday(Instant.from_utc(2026, 5, 1))
        assert window.near(Instant.from_utc(2026, 4, 26)) == Instant.from_utc(2026, 5, 25, 9)

    @pytest.mark.parametrize("wrong", [{"day": 29}, {"day": 3}, {"last_late_day": -1}, {"hour": 24}, {"hour": -1}])
    def test_refuses_days_that_some_month_does_not_have(self, wrong):
        with pytest.raises(ValueError, match="every month"):
            PaydayWindow(**wrong)
