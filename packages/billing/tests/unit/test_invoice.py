import pytest

from duro.billing import InvoiceComposer, InvoiceDraft, InvoiceLine


class TestTheInvoiceComposer:
    def test_asks_for_quantity_times_amount(self, start, naira):
        draft = InvoiceComposer.compose(start(quantity=3).subscription, "Gold")
        assert draft.lines == (InvoiceLine("Gold", 3, naira(500_000), naira(1_500_000)),)
        assert (draft.subtotal, draft.total) == (naira(1_500_000), naira(1_500_000))
        assert draft.discount.is_zero
        assert draft.credit_applied.is_zero

    @pytest.mark.parametrize(
        ("balance", "credit", "total"), [(1, 1, 499_999), (500_000, 500_000, 0), (500_001, 500_000, 0)]
    )
    def test_takes_credit_up_to_the_subtotal(self, subscription, naira, balance, credit, total):
        draft = InvoiceComposer.compose(subscription(balance=naira(balance)), "Gold")
        assert (draft.credit_applied, draft.total) == (naira(credit), naira(total))

    def test_asks_for_nothing_on_a_free_plan(self, subscription, terms, naira):
        draft = InvoiceComposer.compose(subscription(terms=terms(0), balance=naira(7)), "Free")
        assert draft.total.is_zero
        assert draft.credit_applied.is_zero


class TestAnInvoiceDraft:
    def test_adds_up_its_lines(self, naira):
        lines = (InvoiceLine("a", 1, naira(70), naira(70)), InvoiceLine("b", 2, naira(15), naira(30)))
        draft = InvoiceDraft(lines, naira(100), naira(20), naira(80), naira(0), naira(0))
        assert draft.total.is_zero

    @pytest.mark.parametrize(
        ("subtotal", "discount", "credit", "total"),
        [(99, 0, 0, 99), (100, 10, 10, 100), (100, -1, 0, 101), (100, 0, -1, 101), (100, 60, 60, -20)],
    )
    def test_refuses_sums_that_do_not_hold(self, naira, subtotal, discount, credit, total):
        lines = (InvoiceLine("a", 1, naira(100), naira(100)),)
        with pytest.raises(ValueError, match=r"^An? "):
            InvoiceDraft(lines, naira(subtotal), naira(discount), naira(credit), naira(total), naira(0))

    def test_refuses_a_line_that_does_not_multiply(self, naira):
        with pytest.raises(ValueError, match="quantity times"):
            InvoiceLine("a", 2, naira(100), naira(100))
