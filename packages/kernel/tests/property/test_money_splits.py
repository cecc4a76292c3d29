from hypothesis import given
from hypothesis import strategies as st

from duro.kernel import Currency, Money

NAIRA = Currency("NGN")
AMOUNTS = st.integers(min_value=-(10**18), max_value=10**18)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=12).filter(any)


class TestAnAllocation:
    @given(AMOUNTS, WEIGHTS)
    def test_loses_nothing_and_strays_by_less_than_one_minor_unit(self, amount, weights):
        parts = Money(amount, NAIRA).allocate(weights)
        assert sum(part.amount for part in parts) == amount
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.amount * sum(weights) - amount * weight) < sum(weights)

    @given(AMOUNTS, WEIGHTS)
    def test_of_a_debt_mirrors_that_of_a_credit(self, amount, weights):
        there = Money(amount, NAIRA).allocate(weights)
        back = Money(-amount, NAIRA).allocate(weights)
        assert back == tuple(-part for part in there)
