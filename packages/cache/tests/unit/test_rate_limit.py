from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duro.cache import RateLimit, RateVerdict

LIMITS = st.builds(RateLimit, st.integers(1, RateLimit.MOST_PER_SECOND), st.integers(1, RateLimit.MOST_BURST))


class TestARateLimit:
    @given(LIMITS)
    def test_rounds_against_the_caller_and_by_less_than_a_microsecond(self, limit: RateLimit):
        exact = Fraction(1_000_000, limit.per_second)
        assert exact <= limit.cost_microseconds < exact + 1

    @pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (1, 0), (-1, 1), (10_001, 1), (1, 100_001)])
    def test_is_not_made_of_numbers_that_limit_nothing(self, per_second: int, burst: int):
        with pytest.raises(ValueError, match="A limit is"):
            RateLimit(per_second, burst)


class TestAVerdict:
    def test_says_whole_seconds_and_rounds_up(self):
        verdict = RateVerdict.of(RateLimit(10, 20), is_allowed=True, remaining=4, microseconds=1_500_001)
        assert verdict == RateVerdict(RateLimit(10, 20), remaining=4, reset_seconds=2)
        assert verdict.is_allowed

    def test_never_tells_a_refused_caller_to_come_back_at_once(self):
        verdict = RateVerdict.of(RateLimit(10, 20), is_allowed=False, remaining=0, microseconds=1)
        assert (verdict.retry_after_seconds, verdict.reset_seconds, verdict.is_allowed) == (1, 2, False)
