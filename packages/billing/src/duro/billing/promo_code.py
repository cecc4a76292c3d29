from dataclasses import dataclass
from typing import final

from whenever import Instant

from duro.billing.discount import Discount, FixedDiscount
from duro.billing.promotion import Promotion, PromotionDuration
from duro.billing.terms import Terms
from duro.kernel import ConflictError, NotFoundError, PlanId, PromoCodeId


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode:
    """What a merchant hands out so that customers pay less; its code is written in capitals.

    Everyone who redeems it gets the same promotion. It can be archived, never changed.
    """

    id: PromoCodeId
    code: str
    discount: Discount
    duration: PromotionDuration
    cycles: int | None
    plan_ids: tuple[PlanId, ...] | None
    max_redemptions: int | None
    redemptions: int
    expires_at: Instant | None
    archived_at: Instant | None
    created_at: Instant
    updated_at: Instant

    def promotion_for(self, terms: Terms, now: Instant) -> Promotion:
        """Give what it takes off these terms. It can be redeemed until the instant it expires, not at it.

        Raise NotFoundError once it is archived, or ConflictError `promo_code_expired`, `promo_code_exhausted`,
        `promo_code_not_for_plan` or `currency_mismatch`.
        """
        self.require_redeemable(now)
        if self.plan_ids is not None and terms.plan_id not in self.plan_ids:
            code = "promo_code_not_for_plan"
            raise ConflictError(code, f"The promo code {self.code} isn't for the plan {terms.plan_id}.")
        self._require_same_currency(terms)
        return Promotion(
            promo_code_id=self.id,
            code=self.code,
            discount=self.discount,
            duration=self.duration,
            cycles=self.cycles,
            plan_ids=self.plan_ids,
        )

    def require_redeemable(self, now: Instant) -> None:
        """Raise NotFoundError or ConflictError, as `promotion_for`, for what holds whoever redeems it."""
        if self.archived_at is not None:
            what = "promo code"
            raise NotFoundError(what, self.code)
        if self.expires_at is not None and self.expires_at <= now:
            code = "promo_code_expired"
            raise ConflictError(code, f"The promo code {self.code} expired at {self.expires_at}.")
        if self.max_redemptions is not None and self.redemptions >= self.max_redemptions:
            code = "promo_code_exhausted"
            raise ConflictError(code, f"The promo code {self.code} has been redeemed as often as it may be.")

    def _require_same_currency(self, terms: Terms) -> None:
        if not isinstance(self.discount, FixedDiscount):
            return
        offered, charged = self.discount.amount.currency, terms.amount.currency
        if offered != charged:
            code = "currency_mismatch"
            raise ConflictError(code, f"The promo code {self.code} takes off {offered}, the plan charges {charged}.")
