from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import TimeDelta

from duro.payments.simulated import NoticePlan

NO_WAIT = TimeDelta()
HAPPENINGS = [f"request {number} 1" for number in range(10_000)]


class TestNoticePlan:
    @given(st.text(max_size=30))
    def test_sends_every_notice_once_and_at_once_by_default(self, happening):
        assert NoticePlan().waits(happening) == (NO_WAIT,)

    @given(st.text(max_size=30), st.text(max_size=90))
    def test_decides_the_same_for_the_same_happening_and_seed(self, happening, seed):
        first, second = (NoticePlan(*[Fraction(1, 2)] * 4, seed=seed) for _ in range(2))
        assert first.waits(happening) == second.waits(happening)

    def test_hits_its_share_of_the_notices(self):
        plan = NoticePlan(Fraction(1, 10), Fraction(1, 5), Fraction(1, 4), seed="seed", reorder=TimeDelta(seconds=2))
        waits = [plan.waits(happening) for happening in HAPPENINGS]
        sizes = Counter(len(each) for each in waits)
        assert 900 < sizes[0] < 1_100
        assert 1_650 < sizes[2] < 1_950
        assert 2_100 < sum(each[0] == plan.delay for each in waits if each) < 2_400
        assert {each[1] - each[0] for each in waits if len(each) == 2} == {plan.reorder}

    def test_holds_overtaken_ones_back_for_different_times_within_the_reordering_time(self):
        plan = NoticePlan(reorder_rate=Fraction(1))
        waits = [plan.waits(happening)[0] for happening in HAPPENINGS[:200]]
        assert all(NO_WAIT <= wait < plan.reorder for wait in waits)
        assert sorted(waits) != waits
        assert max(waits) > plan.reorder * 0.9

    def test_hits_others_with_another_seed(self):
        one, two = (NoticePlan(loss_rate=Fraction(1, 2), seed=seed) for seed in ("one", "two"))
        assert any(one.waits(happening) != two.waits(happening) for happening in HAPPENINGS[:100])

    @pytest.mark.parametrize("rate", [Fraction(-1, 2), Fraction(3, 2)])
    @pytest.mark.parametrize("name", ["loss_rate", "duplicate_rate", "delay_rate", "reorder_rate"])
    def test_refuses_shares_that_are_none(self, name, rate):
        with pytest.raises(ValueError, match="share"):
            NoticePlan(**{name: rate})
