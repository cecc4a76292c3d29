from fractions import Fraction

import pytest
from whenever import Instant

from duro.billing import (
    Cadence,
    CycleAnchor,
    FixedDiscount,
    Interval,
    PendingLine,
    Price,
    Proration,
    ProrationKind,
    Share,
    TaxRate,
)
from duro.kernel import InvalidInputError, Period

JUNE = Period(Instant.from_utc(2025, 6, 1), Instant.from_utc(2025, 7, 1))
HALF_WAY = Instant.from_utc(2025, 6, 16)
MONTHLY = Cadence(Interval.MONTH)
HALF = Share(Fraction(1, 2))


@pytest.fixture
def price(naira):
    return lambda amount, interval=Interval.MONTH: Price(naira(amount), Cadence(interval))


class TestProration:
    def test_charges_what_an_upgrade_costs_for_the_time_left(self, naira, price):
        change = Proration.at(JUNE, HALF_WAY).change_plan(old=price(500_000), new=price(1_000_000))
        assert (change.kind, change.amount) == (ProrationKind.CHARGE, naira(250_000))
        assert change.lines(old_name="Basic", new_name="Gold") == (
            PendingLine("Unused time on Basic", naira(-250_000)),
            PendingLine("Remaining time on Gold", naira(500_000)),
        )

    def test_credits_what_a_downgrade_saves(self, naira, price):
        change = Proration.at(JUNE, HALF_WAY).change_plan(old=price(1_000_000), new=price(500_000))
        assert (change.kind, change.amount, change.net) == (ProrationKind.CREDIT, naira(250_000), naira(-250_000))

    def test_is_nothing_between_equal_prices(self, naira, price):
        change = Proration.at(JUNE, HALF_WAY).change_plan(old=price(7), new=price(7))
        assert (change.kind, change.amount) == (ProrationKind.NONE, naira(0))

    def test_has_no_line_for_what_is_nothing(self, price):
        change = Proration(HALF).change_plan(old=price(0), new=price(0))
        assert change.lines(old_name="Free", new_name="Free too") == ()

    @pytest.mark.parametrize(
        ("at", "left"),
        [
            (Instant.from_utc(2025, 5, 1), 1),
            (JUNE.start, 1),
            (JUNE.end.subtract(microseconds=1), Fraction(1, 30 * 86_400_000_000)),
            (JUNE.end, 0),
            (Instant.from_utc(2025, 8, 1), 0),
        ],
    )
    def test_measures_what_is_left_exactly(self, at, left):
        assert Proration.at(JUNE, at).remaining == Share(Fraction(left))

    def test_bills_a_new_cadence_for_a_whole_period(self, naira, price):
        change = Proration(HALF).change_plan(old=price(10_000), new=price(100_000, Interval.YEAR))
        assert (change.credit, change.charge) == (naira(5_000), naira(100_000))

    def test_bills_a_cycle_laid_anew_for_a_whole_period(self, naira, price):
        change = Proration(HALF).change_plan(old=price(10_000), new=price(100_000), anchor=CycleAnchor.NOW)
        assert change.charge == naira(100_000)

    def test_bills_the_share_of_a_new_period_before_a_billing_day(self, naira, price):
        yearly = price(100_000, Interval.YEAR)
        assert Proration(HALF).change_plan(old=price(1), new=yearly, new_share=HALF).charge == naira(50_000)

    def test_takes_a_discount_off_the_whole_period_first(self, naira, price):
        old, new = FixedDiscount(naira(500)), FixedDiscount(naira(600))
        change = Proration(HALF).change_plan(old=price(2_000), new=price(3_000), old_discount=old, new_discount=new)
        assert (change.credit, change.charge) == (naira(750), naira(1_200))

    def test_is_taxed_once(self, naira, price):
        change = Proration(HALF).change_plan(old=price(3), new=price(9))
        assert change.taxed(TaxRate(Fraction(1, 10))).total == naira(3)

    def test_counts_whole_months_when_asked_to(self, naira):
        assert Proration.by_months(months=12, used=3).credit(naira(12_000)) == naira(9_000)

    @pytest.mark.parametrize(("months", "used"), [(12, 13), (12, -1), (0, 0)])
    def test_refuses_months_that_the_period_does_not_have(self, months, used):
        with pytest.raises(InvalidInputError):
            Proration.by_months(months=months, used=used)
