from uuid import UUID

import pytest

from duro.billing import FixedDiscount, InvoiceComposer, InvoiceDraft, InvoiceLine, Promotion, PromotionDuration
from duro.kernel import PromoCodeId


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

    def test_refuses_to_give_credit_and_ask_for_money(self, naira):
        lines = (InvoiceLine.single("a", naira(100)),)
        for applied, total in ((0, 100), (100, 0)):
            with pytest.raises(ValueError, match="gives credit"):
                InvoiceDraft(lines, naira(100), naira(0), naira(applied), naira(total), naira(1))

    @pytest.mark.parametrize(
        ("amounts", "discount", "balance", "expected"),
        [
            ((100, -30), 0, 0, (70, 0, 70, 0)),
            ((100, -30), 20, 10, (70, 10, 40, 0)),
            ((100, -30), 20, 80, (70, 50, 0, 0)),
            ((100, -130), 0, 5, (0, 0, 0, 30)),
            ((100, -130), 20, 5, (20, 0, 0, 50)),
            ((100, -90), 20, 5, (20, 0, 0, 10)),
        ],
    )
    def test_nets_its_lines(self, naira, amounts, discount, balance, expected):
        lines = tuple(InvoiceLine.single("line", naira(amount)) for amount in amounts)
        draft = InvoiceDraft.netted(lines, discount=naira(discount), balance=naira(balance))
        assert draft.lines[: len(lines)] == lines
        assert (draft.subtotal, draft.credit_applied, draft.total, draft.credit_granted) == tuple(
            naira(amount) for amount in expected
        )


class TestAPartPeriod:
    def test_is_one_line_for_all_of_the_quantity(self, start, terms, naira):
        promotion = Promotion(PromoCodeId(UUID(int=9)), "THIRTY", FixedDiscount(naira(31)), PromotionDuration.FOREVER)
        part = start(quantity=3, terms=terms(31), billing_day=15, promotion=promotion).subscription
        draft = InvoiceComposer.compose(part, "Gold")
        assert draft.lines == (InvoiceLine.single("Gold, part of a period", naira(45)),)
        assert (draft.discount, draft.total) == (naira(15), naira(30))
