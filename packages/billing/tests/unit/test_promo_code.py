from dataclasses import replace
from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.billing import (
    Cadence,
    FixedDiscount,
    Interval,
    PercentageDiscount,
    PromoCode,
    Promotion,
    PromotionDuration,
    Terms,
)
from duro.kernel import ConflictError, Currency, Money, NotFoundError, PlanId, PromoCodeId

NOW = Instant.from_utc(2026, 3, 1)
PLAN, OTHER = PlanId(UUID(int=1)), PlanId(UUID(int=2))
NAIRA, DOLLARS = Currency("NGN"), Currency("USD")
TERMS = Terms(plan_id=PLAN, amount=Money(500_000, NAIRA), cadence=Cadence(Interval.MONTH, 1))
CODE = PromoCode(
    id=PromoCodeId(UUID(int=7)),
    code="QUARTER",
    discount=PercentageDiscount(2_500),
    duration=PromotionDuration.REPEATING,
    cycles=3,
    plan_ids=None,
    max_redemptions=None,
    redemptions=0,
    expires_at=None,
    archived_at=None,
    created_at=NOW,
    updated_at=NOW,
)


def refusal(promo_code: PromoCode, terms: Terms = TERMS, now: Instant = NOW) -> str:
    with pytest.raises((ConflictError, NotFoundError)) as caught:
        promo_code.promotion_for(terms, now)
    return caught.value.code


class TestAPromoCode:
    def test_gives_everyone_the_same_promotion_unused(self):
        promotion = replace(CODE, redemptions=9).promotion_for(TERMS, NOW)
        assert promotion == Promotion(CODE.id, "QUARTER", CODE.discount, PromotionDuration.REPEATING, cycles=3)
        assert promotion.cycles_left == 3

    def test_can_be_redeemed_until_the_instant_it_expires_and_not_at_it(self):
        ends = replace(CODE, expires_at=NOW)
        assert ends.promotion_for(TERMS, NOW - TimeDelta(microseconds=1))
        assert refusal(ends) == "promo_code_expired"

    def test_can_be_redeemed_as_often_as_it_may(self):
        limited = replace(CODE, max_redemptions=2)
        assert replace(limited, redemptions=1).promotion_for(TERMS, NOW)
        assert refusal(replace(limited, redemptions=2)) == "promo_code_exhausted"

    def test_is_for_the_plans_it_names(self):
        named = replace(CODE, plan_ids=(OTHER, PLAN))
        assert named.promotion_for(TERMS, NOW).plan_ids == (OTHER, PLAN)
        assert refusal(replace(CODE, plan_ids=(OTHER,))) == "promo_code_not_for_plan"

    def test_takes_an_amount_off_in_its_own_currency_alone(self):
        fixed = replace(CODE, discount=FixedDiscount(Money(100, DOLLARS)))
        assert refusal(fixed) == "currency_mismatch"
        assert fixed.promotion_for(replace(TERMS, amount=Money(9, DOLLARS)), NOW).discount == fixed.discount

    def test_is_nobodys_once_it_is_archived(self):
        assert refusal(replace(CODE, archived_at=NOW, expires_at=NOW)) == "not_found"


class TestWhatIsLeftOfAPromotion:
    @pytest.mark.parametrize(
        ("duration", "cycles", "left"),
        [
            (PromotionDuration.ONCE, None, [1, 0, 0]),
            (PromotionDuration.REPEATING, 2, [2, 1, 0]),
            (PromotionDuration.FOREVER, None, [None, None, None]),
        ],
    )
    def test_is_counted_down_by_what_is_paid(self, duration, cycles, left):
        promotion = Promotion(CODE.id, "QUARTER", CODE.discount, duration, cycles=cycles)
        seen = []
        for _ in left:
            seen.append(promotion.cycles_left)
            promotion = promotion.used()
        assert seen == left
