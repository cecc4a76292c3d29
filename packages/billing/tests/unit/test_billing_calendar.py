from fractions import Fraction

import pytest
from whenever import Date

from duro.billing import BillingCalendar, Cadence, Interval, OutsideHorizonError, Share
from duro.kernel import InvalidInputError

MONTHLY = Cadence(Interval.MONTH)


class TestABillingCalendar:
    def test_clamps_to_the_end_of_a_month_and_remembers_the_anchor(self):
        calendar = BillingCalendar(Date(2025, 1, 31), MONTHLY)
        assert calendar.renewal_dates(4) == (
            Date(2025, 2, 28),
            Date(2025, 3, 31),
            Date(2025, 4, 30),
            Date(2025, 5, 31),
        )

    def test_knows_leap_years(self):
        yearly = BillingCalendar(Date(2024, 2, 29), Cadence(Interval.YEAR))
        assert [yearly.date(number) for number in (0, 1, 4, -4)] == [
            Date(2024, 2, 29),
            Date(2025, 2, 28),
            Date(2028, 2, 29),
            Date(2020, 2, 29),
        ]

    def test_steps_by_days_and_weeks(self):
        start = Date(2016, 11, 4)
        assert BillingCalendar(start, Cadence(Interval.DAY, 30)).date(-7) == Date(2016, 4, 8)
        assert BillingCalendar(start, Cadence(Interval.WEEK, 2)).date(3) == Date(2016, 12, 16)

    def test_crosses_years_backwards(self):
        assert BillingCalendar(Date(2024, 1, 31), MONTHLY).date(-2) == Date(2023, 11, 30)

    def test_bills_on_the_billing_day_instead_of_the_anchor_s(self):
        calendar = BillingCalendar(Date(2025, 2, 28), MONTHLY, billing_day=31)
        assert [calendar.date(number) for number in (0, 1, 2)] == [
            Date(2025, 2, 28),
            Date(2025, 3, 31),
            Date(2025, 4, 30),
        ]

    @pytest.mark.parametrize("billing_day", [0, 32])
    def test_refuses_a_day_no_month_has(self, billing_day):
        with pytest.raises(InvalidInputError):
            BillingCalendar(Date(2025, 2, 28), MONTHLY, billing_day=billing_day)

    @pytest.mark.parametrize("billing_day", [1, 31])
    def test_takes_the_first_and_the_last_billing_day(self, billing_day):
        assert BillingCalendar(Date(2025, 1, 5), MONTHLY, billing_day).date(0) == Date(2025, 1, billing_day)

    def test_has_no_days_for_an_hourly_cadence(self):
        with pytest.raises(InvalidInputError):
            BillingCalendar(Date(2025, 2, 28), Cadence(Interval.HOUR))

    @pytest.mark.parametrize(
        ("day", "number"),
        [
            (Date(2025, 1, 31), 0),
            (Date(2025, 2, 27), 0),
            (Date(2025, 2, 28), 1),
            (Date(2025, 3, 30), 1),
            (Date(2025, 3, 31), 2),
            (Date(2025, 1, 30), -1),
            (Date(2024, 12, 31), -1),
            (Date(2024, 12, 30), -2),
        ],
    )
    def test_numbers_the_billing_day_on_or_before_a_day(self, day, number):
        assert BillingCalendar(Date(2025, 1, 31), MONTHLY).number_on_or_before(day) == number

    @pytest.mark.parametrize(
        ("day", "number"), [(Date(2025, 1, 8), 1), (Date(2025, 1, 14), 1), (Date(2024, 12, 31), -1)]
    )
    def test_numbers_weeks_the_same_way(self, day, number):
        assert BillingCalendar(Date(2025, 1, 1), Cadence(Interval.WEEK)).number_on_or_before(day) == number

    @pytest.mark.parametrize(
        ("day", "periods"),
        [
            (Date(2025, 1, 31), 0),
            (Date(2025, 2, 27), 0),
            (Date(2025, 2, 28), 1),
            (Date(2025, 1, 30), 0),
            (Date(2024, 12, 31), -1),
            (Date(2024, 12, 1), -1),
            (Date(2024, 11, 30), -2),
        ],
    )
    def test_counts_only_whole_periods_in_either_direction(self, day, periods):
        assert BillingCalendar(Date(2025, 1, 31), MONTHLY).whole_periods_until(day) == periods

    @pytest.mark.parametrize("number", [10**9, -(10**9)])
    @pytest.mark.parametrize("interval", [Interval.DAY, Interval.MONTH])
    def test_refuses_a_day_no_calendar_can_write(self, interval, number):
        with pytest.raises(OutsideHorizonError):
            BillingCalendar(Date(2025, 1, 31), Cadence(interval)).date(number)


class TestPartPeriods:
    def test_are_measured_against_the_period_next_to_the_anchor(self):
        calendar = BillingCalendar(Date(2023, 6, 15), Cadence(Interval.MONTH))
        assert calendar.share_before_anchor(Date(2023, 5, 23)) == Share(Fraction(23, 31))
        assert calendar.share_after_anchor(Date(2023, 6, 23)) == Share(Fraction(8, 30))

    def test_are_measured_against_the_periods_they_lie_in(self):
        calendar = BillingCalendar(Date(2023, 6, 15), Cadence(Interval.MONTH))
        assert calendar.share(Date(2023, 5, 23), Date(2023, 7, 16)) == Share(1 + Fraction(23, 31) + Fraction(1, 31))

    def test_lead_to_a_billing_day(self):
        calendar = BillingCalendar(Date(2023, 6, 20), Cadence(Interval.MONTH), 15)
        assert calendar.date_on_or_after(Date(2023, 6, 20)) == Date(2023, 7, 15)
        assert calendar.date_on_or_after(Date(2023, 7, 15)) == Date(2023, 7, 15)
        assert calendar.date_after(Date(2023, 7, 15)) == Date(2023, 8, 15)
