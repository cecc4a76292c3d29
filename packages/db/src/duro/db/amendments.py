from collections.abc import Mapping
from typing import cast, final
from uuid import UUID

from duro.billing import (
    Cadence,
    Discount,
    FixedDiscount,
    Interval,
    PercentageDiscount,
    PlanChange,
    Promotion,
    PromotionDuration,
    Terms,
)
from duro.kernel import Currency, Money, PlanId, PromoCodeId


@final
class PlanChangeJson:
    """Terms that wait, or that an invoice was composed on, as the json of a column."""

    @staticmethod
    def write(change: PlanChange | None) -> dict[str, object] | None:
        if change is None:
            return None
        terms = change.terms
        return {
            "plan_id": str(terms.plan_id.value),
            "amount": terms.amount.amount,
            "currency": terms.amount.currency.code,
            "interval": terms.cadence.interval.value,
            "interval_count": terms.cadence.count,
            "max_cycles": terms.max_cycles,
            "quantity": change.quantity,
            "zone": change.zone,
        }

    @staticmethod
    def read(value: object) -> PlanChange | None:
        if value is None:
            return None
        found = cast("Mapping[str, str]", value)
        numbers = cast("Mapping[str, int]", value)
        terms = Terms(
            plan_id=PlanId(UUID(found["plan_id"])),
            amount=Money(numbers["amount"], Currency(found["currency"])),
            cadence=Cadence(Interval(found["interval"]), numbers["interval_count"]),
            max_cycles=numbers["max_cycles"],
        )
        return PlanChange(terms, numbers["quantity"], found["zone"])


@final
class PromotionJson:
    """A redeemed promotion as the json of a column."""

    @staticmethod
    def write(promotion: Promotion | None) -> dict[str, object] | None:
        if promotion is None:
            return None
        plans = promotion.plan_ids
        return {
            "promo_code_id": str(promotion.promo_code_id.value),
            "code": promotion.code,
            "duration": promotion.duration.value,
            "cycles": promotion.cycles,
            "plan_ids": None if plans is None else [str(plan.value) for plan in plans],
            "cycles_used": promotion.cycles_used,
        } | PromotionJson._written(promotion.discount)

    @staticmethod
    def read(value: object) -> Promotion | None:
        if value is None:
            return None
        found = cast("Mapping[str, str]", value)
        numbers = cast("Mapping[str, int]", value)
        plans = cast("Mapping[str, list[str] | None]", value)["plan_ids"]
        return Promotion(
            promo_code_id=PromoCodeId(UUID(found["promo_code_id"])),
            code=found["code"],
            discount=PromotionJson._discount(found, numbers),
            duration=PromotionDuration(found["duration"]),
            cycles=numbers["cycles"],
            plan_ids=None if plans is None else tuple(PlanId(UUID(plan)) for plan in plans),
            cycles_used=numbers["cycles_used"],
        )

    @staticmethod
    def _written(discount: Discount) -> dict[str, object]:
        match discount:
            case PercentageDiscount(basis_points):
                return {"percent_off": basis_points}
            case FixedDiscount(amount):
                return {"amount_off": amount.amount, "currency": amount.currency.code}

    @staticmethod
    def _discount(found: Mapping[str, str], numbers: Mapping[str, int]) -> Discount:
        if "percent_off" in numbers:
            return PercentageDiscount(numbers["percent_off"])
        return FixedDiscount(Money(numbers["amount_off"], Currency(found["currency"])))
