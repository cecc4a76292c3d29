from fractions import Fraction

import pytest

from duro.billing import Share


class TestAShare:
    @pytest.mark.parametrize(
        ("parts", "amount", "expected"),
        [((1, 2), 5, 3), ((1, 2), -5, -3), ((1, 3), 100, 33), ((2, 3), 100, 67), ((5, 2), 10, 25), ((0, 1), 9, 0)],
    )
    def test_rounds_money_half_up_whichever_way_it_goes(self, naira, parts, amount, expected):
        assert Share(Fraction(*parts)).of(naira(amount)) == naira(expected)

    @pytest.mark.parametrize(
        ("parts", "places", "expected"), [((14, 31), 9, "0.451612903"), ((1, 8), 2, "0.13"), ((5, 2), 0, "3")]
    )
    def test_rounds_to_decimal_places_half_up(self, parts, places, expected):
        assert str(Share(Fraction(*parts)).rounded(places)) == expected

    def test_is_whole_when_it_is_exactly_one_period(self):
        assert Share.WHOLE.is_whole
        assert not Share.NOTHING.is_whole
        assert not Share(Fraction(2)).is_whole

    def test_is_never_negative(self):
        with pytest.raises(ValueError, match="never negative"):
            Share(Fraction(-1, 9))
