import csv
import re
from importlib.resources import files

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

    @pytest.mark.parametrize(
        ("provider", "code"), [("simulated", "ZZ"), ("simulated", ""), ("somebody_else", "MAC 03")]
    )
    def test_call_everything_they_do_not_list_unknown(self, provider, code):
        assert FailureCodes.bundled().category_of(provider=provider, code=code) is FailureCategory.UNKNOWN

    @pytest.mark.parametrize("card", [card for card in SimulatedCard if card.code is not None])
    def test_know_every_code_the_test_numbers_answer_with(self, card):
        category = FailureCodes.bundled().category_of(provider="simulated", code=card.code)
        assert category is not FailureCategory.UNKNOWN

    def test_refuse_a_table_that_lists_a_code_twice(self):
        with pytest.raises(ValueError, match="twice"):
            FailureCodes.read(["provider,code,category", "a,Do not,unknown", "a,do  NOT,expired_card"])

    @pytest.mark.parametrize(
        ("provider", "code", "category"),
        [
            ("nip", "06", "hard_decline"),
            ("iso8583", "06", "processor_error"),
            ("nip", "14", "processor_error"),
            ("simulated", "14", "hard_decline"),
            ("interswitch", "Z5", "processor_error"),
            ("visa", "Z5", "limit_exceeded"),
            ("stripe", "do_not_honor", "do_not_honor"),
            ("stripe", "fraudulent", "hard_decline"),
            ("paystack", "  insufficient   FUNDS ", "insufficient_funds"),
            ("paystack", "Charge attempt cannot be fulfilled until 40 minutes", "limit_exceeded"),
            ("mastercard", "MAC 01 with 83", "authentication_required"),
            ("mastercard", "MAC 01 with 79", "hard_decline"),
            ("nibss_mandate", "do not honor in set-up", "mandate_not_ready"),
        ],
    )
    def test_read_a_code_in_its_own_providers_table(self, provider, code, category):
        assert FailureCodes.bundled().category_of(provider=provider, code=code) == FailureCategory(category)

    @pytest.mark.parametrize(
        ("code", "category"),
        [
            ("FAILURE-DECLINED (Do not honour)", "do_not_honor"),
            ("Kindly enter the OTP sent to 0803***1234", "authentication_required"),
            ("51", "insufficient_funds"),
        ],
    )
    def test_fall_back_on_shared_messages_and_then_on_iso_8583(self, code, category):
        assert FailureCodes.bundled().category_of(provider="somebody_else", code=code) == FailureCategory(category)

    def test_prefer_the_providers_row_to_a_shared_one_and_that_to_iso_8583(self):
        head, rows = "provider,code,category", ["iso8583,x,unknown", "ng_other,x,expired_card", "a,x,do_not_honor"]
        codes = FailureCodes.read([head, *rows])
        assert codes.category_of(provider="a", code="x") is FailureCategory.DO_NOT_HONOR
        assert codes.category_of(provider="b", code="x") is FailureCategory.EXPIRED_CARD
        assert FailureCodes.read([head, rows[0]]).category_of(provider="b", code="x") is FailureCategory.UNKNOWN

    def test_take_the_longest_beginning_that_fits(self):
        codes = FailureCodes.read(["provider,code,category", "a,card*,unknown", "a,card exp*,expired_card"])
        assert codes.category_of(provider="a", code="Card expired in May") is FailureCategory.EXPIRED_CARD
        assert codes.category_of(provider="a", code="Card refused") is FailureCategory.UNKNOWN

    def test_know_what_is_never_tried_again_and_who_stopped_it(self):
        codes = FailureCodes.bundled()
        assert codes.find(provider="simulated", code="43").is_final
        assert not codes.find(provider="iso8583", code="79").is_final
        assert codes.find(provider="iso8583", code="57").visa_category == 1
        assert codes.find(provider="stripe", code="service_not_allowed").visa_category == 1
        assert codes.find(provider="nip", code="57").visa_category is None
        assert all(codes.find(provider="simulated", code=code).is_revocation for code in ("R0", "R1", "R3"))
        assert not codes.find(provider="simulated", code="51").is_revocation

    def test_fill_what_a_table_leaves_out_with_what_is_typical(self):
        codes = FailureCodes.read(["provider,code,category", "a,54,expired_card", "a,51,insufficient_funds"])
        assert codes.find(provider="a", code="54").requires_new_card
        assert not codes.find(provider="a", code="51").requires_new_card

    def test_know_every_column_of_every_row(self):
        with files("duro.payments").joinpath("failure_codes.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
        assert len({row["provider"] for row in rows}) == 11
        for row in rows:
            code = FailureCodes._code(row)
            assert code.source
            assert re.fullmatch(r"20\d\d-[01]\d", code.as_of)
            assert code.payer_words

    def test_never_tell_a_payer_of_loss_or_crime(self):
        with files("duro.payments").joinpath("failure_codes.csv").open(encoding="utf-8") as table:
            words = " ".join(row["payer_words"] for row in csv.DictReader(table)).casefold()
        assert not re.search("lost|stolen|fraud|blacklist|suspect", words)

    def test_refuse_a_category_nobody_knows(self):
        with pytest.raises(ValueError, match="bad_luck"):
            FailureCodes.read(["provider,code,category", "a,51,bad_luck"])
