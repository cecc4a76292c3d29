import pytest
from whenever import Instant

from duro.billing import Zone
from duro.email import PayerFormat
from duro.kernel import Currency, Money
from duro.kernel.money import _EXPONENT_OF


class TestPayerFormat:
    @pytest.mark.parametrize(
        ("amount", "currency", "words"),
        [
            (500_000, "NGN", "₦5,000.00"),
            (123_456_750, "NGN", "₦1,234,567.50"),
            (-50_000, "NGN", "-₦500.00"),
            (1, "NGN", "₦0.01"),
            (0, "NGN", "₦0.00"),
            (500_000, "JPY", "JP¥500,000"),
            (1_234_567, "KWD", "KWD\u00a01,234.567"),
            (999, "USD", "US$9.99"),
            (999_999_999_999, "NGN", "₦9,999,999,999.99"),
        ],
    )
    def test_writes_an_amount_as_payers_read_it(self, amount, currency, words):
        assert PayerFormat().money(Money(amount, Currency(currency))) == words

    @pytest.mark.parametrize("code", _EXPONENT_OF)
    def test_keeps_every_minor_unit_of_every_currency(self, code):
        money = Money(1_234_567, Currency(code))
        assert PayerFormat().money(money).endswith(str(money).rpartition(" ")[2])

    def test_writes_an_instant_on_the_payers_own_clock(self):
        at = Instant.from_utc(2027, 3, 28, 23, 30)
        assert PayerFormat().moment(at, Zone("Africa/Lagos")) == "29 March 2027 at 00:30"
