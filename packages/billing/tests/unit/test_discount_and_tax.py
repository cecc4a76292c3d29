from fractions import Fraction

import pytest

from duro.billing import FixedDiscount, PercentageDiscount, TaxRate
from duro.kernel import InvalidInputError


class TestADiscount:
    def test_takes_a_fixed_amount_off_but_never_more_than_the_price(self, naira):
        assert FixedDiscount(naira(500)).off(naira(2_000)) == naira(500)
        assert FixedDiscount(naira(500)).off(naira(300)) == naira(300)

    def test_takes_a_percentage_off_rounded_half_up(self, naira):
        assert PercentageDiscount(2_500).off(naira(10)) == naira(3)

    def test_refuses_to_add_to_the_price(self, naira):
        with pytest.raises(InvalidInputError):
            FixedDiscount(naira(-1))

    @pytest.mark.parametrize("basis_points", [-1, 10_001])
    def test_refuses_a_percentage_that_is_none(self, basis_points):
        with pytest.raises(InvalidInputError):
            PercentageDiscount(basis_points)


class TestATaxRate:
    def test_comes_on_top_of_the_net_amount(self, naira):
        taxed = TaxRate(Fraction("0.075")).on(naira(1_020))
        assert (taxed.net, taxed.tax, taxed.total) == (naira(1_020), naira(77), naira(1_097))

    def test_gives_back_on_a_credit_what_it_took_on_the_charge(self, naira):
        rate = TaxRate(Fraction("0.075"))
        assert rate.on(naira(-1_020)).total == -rate.on(naira(1_020)).total

    @pytest.mark.parametrize("rate", [Fraction(-1, 100), Fraction(101, 100)])
    def test_is_from_nothing_to_all(self, rate):
        with pytest.raises(InvalidInputError):
            TaxRate(rate)
