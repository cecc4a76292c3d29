import pytest

from duro.kernel import Currency, CurrencyMismatchError, Money, UnknownCurrencyError

NAIRA = Currency("NGN")
DOLLAR = Currency("USD")


class TestACurrency:
    @pytest.mark.parametrize(("code", "exponent"), [("NGN", 2), ("JPY", 0), ("KWD", 3)])
    def test_knows_its_decimal_places(self, code, exponent):
        assert Currency(code).exponent == exponent

    @pytest.mark.parametrize("code", ["", "ngn", "XXX", "NGNN", "\0"])
    def test_is_one_in_use(self, code):
        with pytest.raises(UnknownCurrencyError) as refused:
            Currency(code)
        assert refused.value.code == code

    def test_reads_as_its_code(self):
        assert str(NAIRA) == "NGN"


class TestMoney:
    def test_adds_subtracts_negates_and_multiplies(self):
        five, three = Money(500, NAIRA), Money(300, NAIRA)
        assert five + three == Money(800, NAIRA)
        assert three - five == Money(-200, NAIRA)
        assert -five == Money(-500, NAIRA)
        assert five.times(3) == Money(1_500, NAIRA)

    def test_compares_amounts(self):
        five, three = Money(500, NAIRA), Money(300, NAIRA)
        assert three < five
        assert three <= Money(300, NAIRA)
        assert not five <= three
        assert min(five, three) == three
        assert Money.zero(NAIRA).is_zero
        assert not three.is_zero

    def test_never_mixes_currencies(self):
        naira, dollars = Money(1, NAIRA), Money(1, DOLLAR)
        for mix in (
            lambda: naira + dollars,
            lambda: naira - dollars,
            lambda: naira < dollars,
            lambda: naira <= dollars,
        ):
            with pytest.raises(CurrencyMismatchError, match="NGN and USD"):
                mix()
        assert naira != dollars

    @pytest.mark.parametrize(
        ("amount", "code", "text"),
        [
            (500_000, "NGN", "NGN 5,000.00"),
            (-5, "NGN", "-NGN 0.05"),
            (1_234_567, "JPY", "JPY 1,234,567"),
            (1_234, "KWD", "KWD 1.234"),
        ],
    )
    def test_reads_in_whole_units(self, amount, code, text):
        assert str(Money(amount, Currency(code))) == text


class TestAllocation:
    @pytest.mark.parametrize(
        ("amount", "weights", "parts"),
        [
            (100, (1, 1, 1), (34, 33, 33)),
            (100, (1, 2), (33, 67)),
            (-100, (1, 1, 1), (-34, -33, -33)),
            (0, (1, 2), (0, 0)),
            (1, (0, 1, 1), (0, 1, 0)),
            (7, (5,), (7,)),
        ],
    )
    def test_gives_the_remainder_to_the_largest_fractions_the_earlier_first(self, amount, weights, parts):
        assert Money(amount, NAIRA).allocate(weights) == tuple(Money(part, NAIRA) for part in parts)

    @pytest.mark.parametrize("weights", [(), (0, 0), (2, -1)])
    def test_refuses_weights_that_say_nothing(self, weights):
        with pytest.raises(ValueError, match="Weights"):
            Money(100, NAIRA).allocate(weights)
