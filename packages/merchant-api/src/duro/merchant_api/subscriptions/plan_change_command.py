from dataclasses import dataclass
from typing import final

from duro.billing import ChangeTiming, CycleAnchor, ProrationBehavior
from duro.kernel import Fault, InvalidInputError, PlanId, SubscriptionId


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlanCommand:
    """Which plan, or how many of it, a subscription is to pay for, from when on, and what becomes of the difference.

    What isn't named stays as it is. Naming the plan it is on takes that plan's terms as they are today.
    """

    subscription_id: SubscriptionId
    plan_id: PlanId | None = None
    quantity: int | None = None
    behavior: ProrationBehavior = ProrationBehavior.PRORATE
    timing: ChangeTiming = ChangeTiming.NOW
    cycle_anchor: CycleAnchor = CycleAnchor.UNCHANGED

    def __post_init__(self) -> None:
        if self.plan_id is None and self.quantity is None:
            raise InvalidInputError([Fault("planId", "is needed, or a quantity")])
