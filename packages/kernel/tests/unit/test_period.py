import pytest
from whenever import Instant, TimeDelta

from duro.kernel import Period

NINE, TEN, ELEVEN = (Instant.from_utc(2025, 1, 31, hour) for hour in (9, 10, 11))


class TestAPeriod:
    def test_contains_its_start_and_not_its_end(self):
        period = Period(NINE, TEN)
        assert period.contains(NINE)
        assert not period.contains(TEN)
        assert not period.contains(NINE.subtract(microseconds=1))

    def test_meets_the_one_that_starts_where_it_ends(self):
        assert Period(NINE, TEN).meets(Period(TEN, ELEVEN))
        assert not Period(TEN, ELEVEN).meets(Period(NINE, TEN))

    def test_has_a_length(self):
        assert Period(NINE, ELEVEN).length() == TimeDelta(hours=2)

    @pytest.mark.parametrize("end", [NINE, NINE.subtract(hours=1)])
    def test_is_never_empty_or_backwards(self, end):
        with pytest.raises(ValueError, match="ends after it starts"):
            Period(NINE, end)
