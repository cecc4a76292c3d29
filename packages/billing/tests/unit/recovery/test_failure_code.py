import pytest

from duro.billing import FailureCategory
from duro.billing.recovery import FailureCode, Rail, Retryability


class TestFailureCode:
    @pytest.mark.parametrize("category", list(FailureCategory))
    def test_stands_for_what_is_typical_of_its_category(self, category):
        code = FailureCode.typical(category, provider="x", code="y")
        assert (code.provider, code.code, code.category) == ("x", "y", category)
        needs_card = category in {FailureCategory.EXPIRED_CARD, FailureCategory.CARD_NOT_SUPPORTED}
        assert code.requires_new_card is needs_card
        assert code.is_final is (category is FailureCategory.HARD_DECLINE)
        assert not code.is_revocation

    def test_is_final_for_a_limit_that_no_day_lifts_and_a_hard_decline_that_may_not_be_retried(self):
        def is_final(category, retryable):
            return FailureCode("x", "y", category, retryable).is_final

        assert is_final(FailureCategory.LIMIT_EXCEEDED, Retryability.NO)
        assert not is_final(FailureCategory.LIMIT_EXCEEDED, Retryability.YES)
        assert not is_final(FailureCategory.HARD_DECLINE, Retryability.LIMITED)
        assert not is_final(FailureCategory.PROCESSOR_ERROR, Retryability.NO)

    def test_is_a_verdict_unless_the_way_to_the_bank_was_broken_or_not_open(self):
        silent = {FailureCategory.PROCESSOR_ERROR, FailureCategory.MANDATE_NOT_READY}
        assert {each for each in FailureCategory if not FailureCode.typical(each).is_verdict} == silent


class TestRail:
    def test_is_pulled_from_cards_and_mandates_and_pushed_on_all_others(self):
        assert {rail for rail in Rail if rail.is_pull} == {Rail.CARD, Rail.DIRECT_DEBIT}
        assert {rail for rail in Rail if rail.is_push} == {Rail.USSD, Rail.TRANSFER, Rail.VIRTUAL_ACCOUNT}

    def test_has_words_of_its_own(self):
        assert len({rail.words for rail in Rail}) == len(Rail)
