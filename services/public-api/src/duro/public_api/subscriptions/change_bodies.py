from typing import Annotated

from pydantic import Field

from duro.billing import ChangeTiming, CycleAnchor, ProrationBehavior
from duro.http_kit.fields import PlanIdField
from duro.http_kit.inputs import Input, NotNull, Section
from duro.merchant_api.subscriptions import ChangePlanCommand
from duro.public_api.subscriptions.bodies import QuantityField, SubscriptionPath


class ChangePlanBody(Section):
    """Another plan, another quantity, or both; what isn't named stays as it is.

    A difference is put on the next invoice (`prorate`), invoiced at once (`invoice_now`) or let go (`none`). A plan of
    another interval, or a `cycleAnchor` of `now`, begins a new period, which applies once it is paid.
    """

    plan_id: Annotated[PlanIdField | None, NotNull()] = None
    quantity: Annotated[QuantityField | None, NotNull()] = None
    proration_behavior: Annotated[ProrationBehavior, Field(strict=False)] = ProrationBehavior.PRORATE
    when: Annotated[ChangeTiming, Field(strict=False)] = ChangeTiming.NOW
    cycle_anchor: Annotated[CycleAnchor, Field(strict=False)] = CycleAnchor.UNCHANGED


class ChangePlanInput(Input):
    """Reads POST /v1/subscriptions/{subscriptionId}/change-plan, and /preview."""

    path: SubscriptionPath
    body: ChangePlanBody

    def command(self) -> ChangePlanCommand:
        body = self.body
        return ChangePlanCommand(
            subscription_id=self.path.subscription_id,
            plan_id=body.plan_id,
            quantity=body.quantity,
            behavior=body.proration_behavior,
            timing=body.when,
            cycle_anchor=body.cycle_anchor,
        )
