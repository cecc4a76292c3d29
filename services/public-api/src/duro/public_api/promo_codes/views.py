from dataclasses import dataclass
from typing import final

from msgspec import Struct

from duro.billing import Discount, FixedDiscount, PercentageDiscount, PromoCode, Promotion, PromotionDuration
from duro.db.pages import Page
from duro.http_kit.percent import PercentRule
from duro.public_api.wire import PageView, Written


class PromoCodeView(Struct, frozen=True, rename="camel"):
    """A promo code as merchants see it; `amountOff` is in minor units."""

    id: str
    code: str
    percent_off: float | None
    amount_off: int | None
    currency: str | None
    duration: PromotionDuration
    duration_cycles: int | None
    plan_ids: list[str] | None
    max_redemptions: int | None
    redemptions: int
    expires_at: str | None
    archived: bool
    archived_at: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, promo_code: PromoCode) -> "PromoCodeView":
        off, plans = Off.by(promo_code.discount), promo_code.plan_ids
        return cls(
            id=str(promo_code.id),
            code=promo_code.code,
            percent_off=off.percent_off,
            amount_off=off.amount_off,
            currency=off.currency,
            duration=promo_code.duration,
            duration_cycles=promo_code.cycles,
            plan_ids=None if plans is None else [str(plan) for plan in plans],
            max_redemptions=promo_code.max_redemptions,
            redemptions=promo_code.redemptions,
            expires_at=Written.optional(promo_code.expires_at),
            archived=promo_code.archived_at is not None,
            archived_at=Written.optional(promo_code.archived_at),
            created_at=Written.instant(promo_code.created_at),
            updated_at=Written.instant(promo_code.updated_at),
        )


class PromotionView(Struct, frozen=True, rename="camel"):
    """What a redeemed code takes off a subscription; `cyclesLeft` counts paid periods, and is null for all of them."""

    promo_code_id: str
    code: str
    percent_off: float | None
    amount_off: int | None
    currency: str | None
    duration: PromotionDuration
    cycles_left: int | None
    plan_ids: list[str] | None

    @classmethod
    def of(cls, promotion: Promotion) -> "PromotionView":
        off, plans = Off.by(promotion.discount), promotion.plan_ids
        return cls(
            promo_code_id=str(promotion.promo_code_id),
            code=promotion.code,
            percent_off=off.percent_off,
            amount_off=off.amount_off,
            currency=off.currency,
            duration=promotion.duration,
            cycles_left=promotion.cycles_left,
            plan_ids=None if plans is None else [str(plan) for plan in plans],
        )

    @classmethod
    def optional(cls, promotion: Promotion | None) -> "PromotionView | None":
        return None if promotion is None else cls.of(promotion)


class PromoCodePage(PageView[PromoCodeView], frozen=True, rename="camel"):
    """One page of promo codes."""

    @classmethod
    def of(cls, page: Page[PromoCode]) -> "PromoCodePage":
        return cls([PromoCodeView.of(item) for item in page.items], page.has_more, page.next_cursor)


@final
@dataclass(frozen=True, slots=True)
class Off:
    """A discount as it is written: a percentage, or an amount with its currency."""

    percent_off: float | None = None
    amount_off: int | None = None
    currency: str | None = None

    @classmethod
    def by(cls, discount: Discount) -> "Off":
        match discount:
            case PercentageDiscount(basis_points):
                return cls(percent_off=PercentRule.written(basis_points))
            case FixedDiscount(amount):
                return cls(amount_off=amount.amount, currency=amount.currency.code)
