from uuid import UUID

import pytest

from duro.billing import (
    Advance,
    Bill,
    ChargeOutcome,
    EventType,
    PercentageDiscount,
    Promotion,
    PromotionDuration,
    RenewalPlanner,
    SettlementPlanner,
)
from duro.kernel import InvalidInputError, PlanId, PromoCodeId

CODE = PromoCodeId(UUID(int=7))
PLAN = PlanId(UUID(int=8))
QUARTER = PercentageDiscount(2_500)


def promotion(duration=PromotionDuration.FOREVER, **fields):
    return Promotion(CODE, "QUARTER", QUARTER, duration, **fields)


class TestAPromotion:
    @pytest.mark.parametrize(
        ("duration", "cycles", "lasts"),
        [(PromotionDuration.ONCE, None, 1), (PromotionDuration.REPEATING, 3, 3), (PromotionDuration.FOREVER, None, 9)],
    )
    def test_lasts_for_the_paid_periods_it_was_given_for(self, duration, cycles, lasts):
        current, off = promotion(duration, cycles=cycles), 0
        while off < 9 and current.discount_on(PLAN) == QUARTER:
            current, off = current.used(), off + 1
        assert off == lasts

    def test_is_only_for_the_plans_it_names(self):
        named = promotion(plan_ids=(PLAN,))
        assert named.discount_on(PLAN) == named.discount_for(PLAN) == QUARTER
        assert named.discount_on(PlanId(UUID(int=9))) is None

    @pytest.mark.parametrize(
        ("duration", "cycles"),
        [(PromotionDuration.REPEATING, None), (PromotionDuration.REPEATING, 0), (PromotionDuration.ONCE, 2)],
    )
    def test_refuses_cycles_that_make_no_sense(self, duration, cycles):
        with pytest.raises(InvalidInputError):
            promotion(duration, cycles=cycles)


class TestASubscriptionWithAPromotion:
    def test_is_billed_less_and_counts_what_was_paid(self, subscription, naira):
        once = subscription(promotion=promotion(PromotionDuration.ONCE))
        bill = RenewalPlanner.plan(once, "Gold", once.current_period_end)
        assert isinstance(bill, Bill)
        assert (bill.draft.total, bill.promo_code_id) == (naira(375_000), CODE)
        settled = SettlementPlanner.plan(
            bill.change.subscription, bill.period, ChargeOutcome.PAID, promo_code_id=bill.promo_code_id
        )
        assert isinstance(settled, Advance)
        assert (settled.change.subscription.discount, settled.change.subscription.promo_code_id) == (None, None)

    def test_uses_nothing_for_an_invoice_without_it(self, subscription):
        held = subscription(promotion=promotion())
        assert held.used_promotion(None) == held
        assert subscription().used_promotion(CODE) == subscription()

    def test_is_told_of_one_only_if_it_changes(self, subscription):
        given = subscription().promoted(promotion())
        assert given.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert given.subscription.promoted(promotion()).events == ()
        assert given.subscription.promoted(None).subscription.promotion is None


class TestASubscriptionNobodyPaid:
    def test_stays_unpaid_when_recovery_gives_up(self, subscription):
        declined = subscription().renewal_failed().subscription
        given_up = declined.dunning_exhausted()
        assert given_up.events == (EventType.SUBSCRIPTION_UNPAID,)
