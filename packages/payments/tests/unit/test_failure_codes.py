import pytest

from duro.billing import FailureCategory
from duro.payments import FailureCodes, SimulatedCard


class TestFailureCodes:
    @pytest.mark.parametrize(
        ("code", "category"),
        [
            ("51", "insufficient_funds"),
            ("61", "limit_exceeded"),
            ("65", "limit_exceeded"),
            ("54", "expired_card"),
            ("57", "card_not_supported"),
            ("62", "card_not_supported"),
            ("12", "card_not_supported"),
            ("01", "do_not_honor"),
            ("05", "do_not_honor"),
            *((code, "hard_decline") for code in "04 07 14 15 41 43 46 R0 R1 R3".split()),
            ("1A", "authentication_required"),
            ("70", "authentication_required"),
            *((code, "processor_error") for code in "06 19 22 91 96".split()),
        ],
    )
    def test_sort_a_code_of_the_simulated_provider_into_its_category(self, code, category):
        assert FailureCodes.bundled().category_of(provider="simulated", code=code) == FailureCategory(category)

    @pytest.mark.parametrize(("provider", "code"), [("simulated", "ZZ"), ("simulated", ""), ("somebody_else", "51")])
    def test_call_everything_they_do_not_list_unknown(self, provider, code):
        assert FailureCodes.bundled().category_of(provider=provider, code=code) is FailureCategory.UNKNOWN

    @pytest.mark.parametrize("card", [card for card in SimulatedCard if card.code is not None])
    def test_know_every_code_the_test_numbers_answer_with(self, card):
        category = FailureCodes.bundled().category_of(provider="simulated", code=card.code)
        assert category is not FailureCategory.UNKNOWN

    def test_refuse_a_table_that_lists_a_code_twice(self):
        with pytest.raises(ValueError, match="twice"):
            FailureCodes.read(["provider,code,category", "a,51,unknown", "a,51,expired_card"])

    def test_refuse_a_category_nobody_knows(self):
        with pytest.raises(ValueError, match="bad_luck"):
            FailureCodes.read(["provider,code,category", "a,51,bad_luck"])
