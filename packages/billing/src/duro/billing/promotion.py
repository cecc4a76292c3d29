from dataclasses import dataclass, replace
from enum import StrEnum
from typing import final

from duro.billing.discount import Discount
from duro.kernel import Fault, InvalidInputError, PlanId, PromoCodeId


class PromotionDuration(StrEnum):
    """For how many paid periods a promotion takes something off."""

    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


@final
@dataclass(frozen=True, slots=True)
class Promotion:
    """What a promo code gives a subscription, copied from the code when it is redeemed.

    It is used up by periods that are paid for; an invoice that is voided or never paid uses nothing.
    """

    promo_code_id: PromoCodeId
    code: str
    discount: Discount
    duration: PromotionDuration
    cycles: int | None = None
    plan_ids: tuple[PlanId, ...] | None = None
    cycles_used: int = 0

    def __post_init__(self) -> None:
        if (self.duration is PromotionDuration.REPEATING) is (self.cycles is None):
            raise InvalidInputError([Fault("durationCycles", "is for a repeating promotion, which needs it")])
        if self.cycles is not None and self.cycles < 1:
            raise InvalidInputError([Fault("durationCycles", "must be at least 1")])

    @property
    def cycles_left(self) -> int | None:
        """How many more paid periods it takes something off; None for all there will be."""
        limit = 1 if self.duration is PromotionDuration.ONCE else self.cycles
        return None if limit is None else max(limit - self.cycles_used, 0)

    def discount_on(self, plan_id: PlanId) -> Discount | None:
        """Return what it takes off the next period of a plan; nothing where it is used up or isn't for that plan."""
        return None if self.cycles_left == 0 else self.discount_for(plan_id)

    def discount_for(self, plan_id: PlanId) -> Discount | None:
        """Return what it takes off a period of a plan, however often it has been used; nothing if it isn't for that."""
        is_for_plan = self.plan_ids is None or plan_id in self.plan_ids
        return self.discount if is_for_plan else None

    def used(self) -> "Promotion":
        """Count one more period that was paid for with it."""
        return replace(self, cycles_used=self.cycles_used + 1)
