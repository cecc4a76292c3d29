from datetime import date

import pytest

from duro.billing.recovery.payday.rhythms import Rhythms

EPOCH = date(1970, 1, 1).toordinal()


def _ages(*then: int) -> tuple[int, ...]:
    return Rhythms().ages(date(*then).toordinal() - EPOCH)


class TestRhythms:
    def test_are_the_days_of_the_month_and_of_the_week(self):
        assert len(_ages(2026, 4, 15)) == Rhythms.COUNT == 38

    @pytest.mark.parametrize(
        ("then", "nominal", "age"),
        [
            ((2026, 11, 25), 25, 0),
            ((2026, 11, 27), 25, 2),
            ((2026, 11, 24), 25, 32),
            ((2026, 4, 24), 25, 0),
            ((2026, 4, 26), 25, 2),
            ((2026, 4, 30), 31, 0),
            ((2026, 2, 27), 30, 0),
            ((2026, 7, 31), 1, 0),
            ((2026, 1, 2), 1, 2),
            ((2027, 1, 1), 1, 1),
            ((2026, 12, 24), 26, 0),
            ((2025, 12, 31), 31, 0),
        ],
    )
    def test_pay_on_the_working_day_before_a_weekend_a_holiday_or_the_end_of_a_month(self, then, nominal, age):
        assert _ages(*then)[nominal - 1] == age

    def test_pay_weekly_on_any_weekday(self):
        friday = _ages(2026, 4, 17)
        assert friday[Rhythms.MONTHLY :] == (4, 3, 2, 1, 0, 6, 5)

    def test_never_wait_longer_than_a_month_and_the_days_moved(self):
        start = date(2026, 1, 1).toordinal() - EPOCH
        for day in range(start, start + 3 * 366):
            assert all(0 <= age < 40 for age in Rhythms().ages(day))
