from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duro.payments.simulated import Delivery, FaultPlan


class TestFaultPlan:
    @given(st.text(alphabet="0123456789abcdefghjkmnpqrstvwxyz", min_size=1), st.text(max_size=20))
    def test_decides_the_same_for_the_same_reference_and_seed(self, reference, seed):
        first, second = (FaultPlan(Fraction(1, 3), Fraction(1, 3), seed) for _ in range(2))
        assert first.delivery_of(reference) is second.delivery_of(reference)

    @given(st.text(min_size=1, alphabet="abc"))
    def test_leaves_every_reference_alone_by_default(self, reference):
        assert FaultPlan().delivery_of(reference) is Delivery.ANSWERED

    def test_hits_its_share_of_the_references(self):
        plan = FaultPlan(Fraction(1, 10), Fraction(1, 5), "seed")
        hits = Counter(plan.delivery_of(f"ref-{number}") for number in range(10_000))
        assert 900 < hits[Delivery.LOST] < 1_100
        assert 1_850 < hits[Delivery.SILENT] < 2_150

    def test_hits_others_with_another_seed(self):
        one, two = FaultPlan(Fraction(1, 2), seed="one"), FaultPlan(Fraction(1, 2), seed="two")
        assert any(one.delivery_of(str(number)) != two.delivery_of(str(number)) for number in range(100))

    def test_can_hit_all(self):
        assert FaultPlan(timeout_after_rate=Fraction(1)).delivery_of("r") is Delivery.SILENT

    @pytest.mark.parametrize(("before", "after"), [(Fraction(-1, 2), Fraction()), (Fraction(2, 3), Fraction(2, 3))])
    def test_refuses_shares_that_are_none(self, before, after):
        with pytest.raises(ValueError, match="rate"):
            FaultPlan(before, after)
