import pytest

from duro.kernel import InvalidInputError


class TestTerms:
    def test_reports_every_fault_at_once(self, terms):
        with pytest.raises(InvalidInputError) as refused:
            terms(-1, max_cycles=0)
        assert [fault.path for fault in refused.value.faults] == ["amount", "maxCycles"]

    def test_refuses_a_trillion(self, terms):
        with pytest.raises(InvalidInputError):
            terms(10**12)

    @pytest.mark.parametrize("amount", [0, 10**12 - 1])
    def test_takes_the_least_and_the_most(self, terms, amount):
        assert terms(amount, max_cycles=1).amount.amount == amount
