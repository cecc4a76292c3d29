from fractions import Fraction

import pytest
from whenever import Date

from duro.billing import AdvanceBilling, BillingCalendar, Cadence, Interval, Share

START = Date(2025, 1, 1)
ON_THE_15TH = BillingCalendar(START, Cadence(Interval.MONTH), 15)


class TestAdvanceBilling:
    def test_bills_the_part_period_first(self):
        billing = AdvanceBilling(ON_THE_15TH, START)
        assert (billing.whole_from, billing.part_days) == (Date(2025, 1, 15), 14)
        assert billing.share_billed_by(START) == Share(Fraction(14, 31))
        assert billing.charge_dates(3) == (START, Date(2025, 1, 15), Date(2025, 2, 15))
        assert billing.charge_dates(0) == ()

    def test_has_no_part_period_when_it_starts_on_the_billing_day(self):
        billing = AdvanceBilling(ON_THE_15TH, Date(2025, 1, 15))
        assert billing.part_days == 0
        assert billing.share_billed_by(Date(2025, 1, 15)) == Share.WHOLE

    def test_bills_nothing_before_it_starts(self):
        assert AdvanceBilling(ON_THE_15TH, START).share_billed_by(Date(2024, 12, 31)) == Share.NOTHING

    @pytest.mark.parametrize(
        ("end", "billed"),
        [(Date(2025, 1, 8), Fraction(7, 31)), (START, Fraction(0)), (Date(2024, 12, 1), Fraction(0))],
    )
    def test_bills_nothing_after_its_end(self, end, billed):
        assert AdvanceBilling(ON_THE_15TH, START, end).share_billed_by(Date(2025, 6, 1)) == Share(billed)

    def test_begins_after_a_trial(self):
        billing = AdvanceBilling.after_trial(ON_THE_15TH, START, 7)
        assert (billing.start, billing.part_days) == (Date(2025, 1, 8), 7)
