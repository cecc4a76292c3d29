from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duro.kernel import Currency, Money
from duro.payments import MandateOrder, PaymentRequestOrder
from duro.payments.simulated import PayerOrder, SimulatedBankAccount, SimulatedPayer

ROOT = Path(__file__).parents[4]
NGN = Currency("NGN")
PAGES = ["docs/reference/test-numbers.md", "packages/payments/README.md"]


class TestSimulatedPayer:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("payer", list(SimulatedPayer))
    def test_is_documented(self, payer, page):
        assert payer.phone in (ROOT / page).read_text(encoding="utf-8").replace(" ", "")

    def test_is_the_only_one_of_its_phone(self):
        assert len({payer.phone for payer in SimulatedPayer}) == len(SimulatedPayer)

    @given(st.integers(min_value=5_000, max_value=10**12))
    def test_sends_less_more_or_as_much_as_was_asked(self, amount):
        sums = {payer: sum(each.amount for each in payer.payments(Money(amount, NGN))) for payer in SimulatedPayer}
        assert 0 < sums[SimulatedPayer.SHORT] < amount < sums[SimulatedPayer.OVER] < 2 * amount
        assert sums[SimulatedPayer.EXACT] == sums[SimulatedPayer.LATE] == sums[SimulatedPayer.IN_PARTS] == amount
        assert (sums[SimulatedPayer.TWICE], sums[SimulatedPayer.NEVER]) == (2 * amount, 0)


class TestSimulatedBankAccount:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("account", list(SimulatedBankAccount))
    def test_is_documented(self, account, page):
        assert account.number in (ROOT / page).read_text(encoding="utf-8")

    def test_is_the_only_one_of_its_number(self):
        assert len({account.number for account in SimulatedBankAccount}) == len(SimulatedBankAccount)


class TestPayerOrder:
    @pytest.mark.parametrize(
        ("reference", "number", "amount"), [(None, None, 5), ("r", "9900000001", 5), ("r", None, 0), ("r", None, -1)]
    )
    def test_names_one_place_and_more_than_nothing(self, reference, number, amount):
        with pytest.raises(ValueError, match="A payer"):
            PayerOrder(reference=reference, account_number=number, amount=Money(amount, NGN))


class TestOrders:
    def test_show_neither_phones_nor_accounts(self):
        money = Money(5_000, NGN)
        shown = repr(MandateOrder("r", "Ada", "ada@example.com", "0100000001", "058", money))
        assert "0100000001" not in shown
        assert "+234" not in repr(PaymentRequestOrder("r", money, None, "ada@example.com", "+2348100000001"))
