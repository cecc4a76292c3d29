import pytest

from duro.billing import Zone
from duro.billing.recovery import PaydayProfile
from duro.billing.recovery.payday.local_days import LocalDays
from duro.billing.recovery.payday.payday_words import PaydayWords

CALENDAR = LocalDays(Zone("Africa/Lagos"))


class TestPaydayWords:
    def test_count_the_months(self, profile, number):
        known = profile(
            money=[(2026, 1, 25), (2026, 2, 26), (2026, 3, 25), (2026, 4, 27), (2026, 5, 25)],
            empty=[(2026, 3, 12), (2026, 4, 25), (2026, 6, 25), (2026, 6, 12)],
        )
        words = PaydayWords(known, CALENDAR).why(number(2026, 7, 25))
        assert words == "Money was there about the 25th in 5 of the last 6 months."

    def test_name_the_day_on_which_money_was_seen(self, profile, number):
        known = profile(money=[(2026, month, 25) for month in range(1, 6)], empty=[(2026, 6, 26)])
        words = PaydayWords(known, CALENDAR).why(number(2026, 7, 27))
        assert words == "Money was there on the 25th in 5 of the last 6 months."

    def test_count_the_weeks_where_months_say_nothing(self, profile, number):
        fridays = [(2026, 5, 1), (2026, 5, 8), (2026, 5, 15)]
        words = PaydayWords(profile(money=fridays, empty=[(2026, 5, 22)]), CALENDAR).why(number(2026, 6, 5))
        assert words == "Money was there on a Friday in 3 of the last 4 looks."

    @pytest.mark.parametrize(
        ("day", "begins"), [((2026, 6, 25), "Many people are paid about then"), ((2026, 6, 15), "Little is known")]
    )
    def test_claim_nothing_that_was_not_seen(self, number, day, begins):
        assert PaydayWords(PaydayProfile(), CALENDAR).why(number(*day)).startswith(begins)

    def test_claim_nothing_where_the_account_was_empty_as_often(self, profile, number):
        known = profile(money=[(2026, 1, 15), (2026, 2, 15)], empty=[(2026, 3, 15), (2026, 4, 15)])
        assert "Little is known" in PaydayWords(known, CALENDAR).why(number(2026, 6, 15))

    @pytest.mark.parametrize(("day", "ordinal"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd")])
    def test_name_days_as_people_do(self, profile, number, day, ordinal):
        known = profile(money=[(2026, 1, day), (2026, 2, day), (2026, 3, day)])
        assert f"on the {ordinal} in" in PaydayWords(known, CALENDAR).why(number(2026, 4, day))
