import pytest

from duro.payments import CardDetails
from duro.public_api.payers.card_form import CardForm

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/30", "cvc": "123"}


class TestACardForm:
    @pytest.mark.parametrize("expiry", ["12/30", "12 / 30", "12-2030", "1230", "12.30", "12 30", " 12/2030 "])
    def test_reads_a_card_as_people_type_it(self, expiry):
        form = CardForm.of(GOOD | {"expiry": expiry, "number": " 4242-4242 42424242"})
        assert form.faults() == {}
        assert form.details() == CardDetails(number="4242424242424242", exp_month=12, exp_year=2030, cvc="123")

    @pytest.mark.parametrize(("expiry", "month"), [("1/30", 1), ("01/30", 1), ("0130", 1), ("9/30", 9)])
    def test_reads_a_month_of_one_digit(self, expiry, month):
        assert CardForm.of(GOOD | {"expiry": expiry}).details().exp_month == month

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("number", ""),
            ("number", "4242"),
            ("number", "4242 4242 4242 424x"),
            ("number", "4" * 20),
            ("number", "٤" * 16),
            ("expiry", ""),
            ("expiry", "13/30"),
            ("expiry", "0/30"),
            ("expiry", "130"),
            ("expiry", "12/30/1"),
            ("expiry", "12/1999"),
            ("cvc", ""),
            ("cvc", "12"),
            ("cvc", "12345"),
            ("cvc", "١٢٣"),
        ],
    )
    def test_says_where_it_was_mistyped(self, field, typed):
        form = CardForm.of(GOOD | {field: typed})
        assert list(form.faults()) == [field]
        with pytest.raises(ValueError, match="faults"):
            form.details()

    def test_shows_neither_number_nor_code(self):
        shown = repr(CardForm.of(GOOD))
        assert "4242" not in shown
        assert "123" not in shown
