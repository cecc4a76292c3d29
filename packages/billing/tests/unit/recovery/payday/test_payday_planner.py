from dataclasses import replace

from duro.billing.recovery import PaydayOutlook, PaydayPlanner, PaydayProfile, Refusals

PLANNER = PaydayPlanner()
FROM_THE_15TH = (2026, 6, 15)


def _on_the_25th(profile):
    months = range(1, 6)
    return profile(
        money=[(2026, month, 25) for month in months],
        empty=[*((2026, month, day) for month in months for day in (11, 20)), (2026, 6, 11)],
    )


def _days(number, first=FROM_THE_15TH, count=30):
    start = number(*first)
    return range(start, start + count)


class TestPaydayPlanner:
    def test_holds_its_tries_back_for_a_payday_that_was_learned(self, profile, number):
        planned = PLANNER.next_try(_on_the_25th(profile), _days(number), tries=6)
        assert number(2026, 6, 25) <= planned.day <= number(2026, 6, 27)
        assert 0.7 < planned.chance < 1

    def test_spreads_them_where_nothing_is_known(self, number):
        days = _days(number, (2026, 6, 4))
        planned = PLANNER.next_try(PaydayProfile(), days, tries=6, refusals=Refusals(empty=(days[0] - 1,)))
        assert planned.day < number(2026, 6, 20)
        assert planned.chance < 0.5

    def test_waits_for_the_month_end_with_the_last_of_them(self, number):
        days = _days(number)
        planned = PLANNER.next_try(PaydayProfile(), days, tries=1, refusals=Refusals(empty=(days[0] - 1,)))
        assert number(2026, 6, 24) <= planned.day <= number(2026, 7, 3)

    def test_tries_late_pay_some_days_after_the_payday_that_was_missed(self, profile, number):
        known, payday = _on_the_25th(profile), number(2026, 6, 25)
        days = range(payday + 1, payday + 21)
        planned = PLANNER.next_try(known, days, tries=4, refusals=Refusals(empty=(payday,)))
        assert payday + 1 < planned.day <= payday + 9

    def test_plans_one_try_even_if_none_is_worth_it(self, profile, number):
        dear = replace(PLANNER, cost=5.0)
        days = _days(number)
        assert dear.next_try(PaydayProfile(), days, tries=6).day in days

    def test_plans_no_more_tries_than_there_are_days(self, number):
        day = number(*FROM_THE_15TH)
        assert PLANNER.next_try(PaydayProfile(), range(day, day + 1), tries=6).day == day

    def test_waits_a_little_for_a_refusal_without_a_reason_to_pass(self, profile, number):
        days = _days(number)
        vague = Refusals(vague=(days[0] - 2,), is_vague_last=True)
        planned = PLANNER.next_try(profile(money=[(2026, 6, 10)]), days, tries=6, refusals=vague)
        assert days[0] <= planned.day <= days[0] + 4
        assert planned.chance < PLANNER.vague_passing

    def test_says_its_chance_in_percent(self, number):
        planned = PLANNER.next_try(PaydayProfile(), _days(number), tries=6)
        assert planned.chance_percent == round(100 * planned.chance)

    def test_sees_no_money_without_a_rhythm_in_an_account_that_is_empty(self, number):
        outlook, day = PaydayOutlook(), number(*FROM_THE_15TH)
        weights = outlook.weights(PaydayProfile())
        known_empty = [weights.under(outlook.there(day + ahead, empty_on=day)) for ahead in (0, 8)]
        assert known_empty[0] < known_empty[1] < weights.under(outlook.there(day + 8, empty_on=None))
        assert outlook.there(day - 1, empty_on=day) & ~outlook.regular(day - 1) == 0
