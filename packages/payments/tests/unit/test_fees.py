import pytest

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments import ProviderFee
from duro.payments.simulated import SimulatedFees

NGN = Currency("NGN")
USD = Currency("USD")
FEES = SimulatedFees.bundled()


def naira(amount):
    return Money(amount, NGN)


class TestSimulatedFees:
    @pytest.mark.parametrize("rail", [Rail.CARD, Rail.USSD, Rail.TRANSFER])
    @pytest.mark.parametrize(
        ("amount", "fee"),
        [
            (1, 0),
            (33, 0),
            (34, 1),
            (100_000, 1_500),
            (249_999, 3_750),
            (250_000, 13_750),
            (400_000, 16_000),
            (12_666_633, 199_999),
            (12_666_634, 200_000),
            (12_666_667, 200_000),
            (10**15, 200_000),
        ],
    )
    def test_keep_a_share_and_from_some_amount_on_a_flat_part_up_to_a_most(self, rail, amount, fee):
        assert FEES.kept_of(naira(amount), rail) == naira(fee)

    @pytest.mark.parametrize(
        ("rail", "amount", "fee"),
        [
            (Rail.DIRECT_DEBIT, 500_000, 2_500),
            (Rail.DIRECT_DEBIT, 10**9, 100_000),
            (Rail.VIRTUAL_ACCOUNT, 500_000, 5_000),
            (Rail.VIRTUAL_ACCOUNT, 10**9, 30_000),
        ],
    )
    def test_keep_less_of_what_costs_less(self, rail, amount, fee):
        assert FEES.kept_of(naira(amount), rail) == naira(fee)

    @pytest.mark.parametrize("rail", list(Rail))
    def test_have_a_price_for_naira_on_every_rail_and_for_nothing_else(self, rail):
        assert FEES.kept_of(naira(500_000), rail) is not None
        assert FEES.kept_of(Money(500_000, USD), rail) is None

    @pytest.mark.parametrize("rail", list(Rail))
    def test_never_keep_more_than_there_is(self, rail):
        for amount in [*range(1, 300), *range(249_000, 251_000, 7)]:
            fee = FEES.kept_of(naira(amount), rail)
            assert ProviderFee.of(fee, amount=naira(amount)) == fee


class TestProviderFee:
    @pytest.mark.parametrize("fee", [0, 1, 500])
    def test_is_believed_from_nothing_to_all_of_it(self, fee):
        assert ProviderFee.of(naira(fee), amount=naira(500)) == naira(fee)
        assert ProviderFee.read(fee, amount=naira(500)) == naira(fee)

    @pytest.mark.parametrize("fee", [None, naira(-1), naira(501), Money(5, USD)])
    def test_is_unknown_where_it_cannot_be(self, fee):
        assert ProviderFee.of(fee, amount=naira(500)) is None

    @pytest.mark.parametrize("said", [None, -1, 501, 1.0, "5", True, False, [5], {"amount": 5}])
    def test_is_unknown_where_something_else_is_said(self, said):
        assert ProviderFee.read(said, amount=naira(500)) is None
