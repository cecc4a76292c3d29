from pathlib import Path

import pytest
from whenever import Instant

from duro.payments import CardDetails, SimulatedCard

ROOT = Path(__file__).parents[4]


def passes_luhn(number):
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


class TestSimulatedCard:
    @pytest.mark.parametrize("card", list(SimulatedCard))
    def test_has_sixteen_digits_that_pass_the_check(self, card):
        assert len(card.number) == 16
        assert passes_luhn(card.number)

    @pytest.mark.parametrize("kind", ["number", "token"])
    def test_is_the_only_one_of_its_number_and_token(self, kind):
        assert len({getattr(card, kind) for card in SimulatedCard}) == len(SimulatedCard)

    @pytest.mark.parametrize("page", ["docs/reference/test-numbers.md", "packages/payments/README.md"])
    @pytest.mark.parametrize("card", list(SimulatedCard))
    def test_is_documented(self, card, page):
        assert card.number in (ROOT / page).read_text(encoding="utf-8").replace(" ", "")


class TestCardDetails:
    def test_show_neither_number_nor_security_code(self):
        shown = repr(CardDetails(number="4242424242424242", exp_month=1, exp_year=2031, cvc="987"))
        assert "4242" not in shown
        assert "987" not in shown

    def test_are_good_through_the_last_moment_of_the_expiry_month(self):
        card = CardDetails(number="4242424242424242", exp_month=2, exp_year=2028, cvc="123")
        assert not card.has_expired(Instant.from_utc(2028, 2, 29, 23, 59, 59))
        assert card.has_expired(Instant.from_utc(2028, 3, 1))
        assert card.has_expired(Instant.from_utc(2029, 1, 1))
        assert not card.has_expired(Instant.from_utc(2027, 12, 31))
