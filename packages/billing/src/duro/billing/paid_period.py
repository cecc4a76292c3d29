from dataclasses import dataclass
from typing import final

from duro.billing.discount import Discount
from duro.billing.promotion import Promotion
from duro.kernel import Money, PlanId


@final
@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """How the current period was paid for: less what a promotion took off, or not at all.

    One that was forgiven, or whose money went back, is worth nothing to its payer when terms change within it. Where a
    part of its money went back, no change gives back more than the rest.
    """

    promotion: Promotion | None = None
    is_worth_nothing: bool = False
    returnable: Money | None = None

    def discount_on(self, plan_id: PlanId) -> Discount | None:
        """Return what was taken off the period on a plan, or would have been on another one."""
        return None if self.promotion is None else self.promotion.discount_for(plan_id)
