from dataclasses import dataclass, replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.records import Plan
from duro.kernel import Clock, IdFactory, Money, NotFoundError, PlanId, TenantId
from duro.merchant_api.given import KEPT, MaybeGiven
from duro.merchant_api.plans.shelf import ForgetsPlans, NoShelf
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()
_UNKEPT: Final = NoShelf()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlanCommand:
    """What changes about a plan; what is not given stays."""

    plan_id: PlanId
    name: MaybeGiven[str] = KEPT
    amount: MaybeGiven[int] = KEPT
    trial_days: MaybeGiven[int] = KEPT
    max_cycles: MaybeGiven[int | None] = KEPT


@final
class UpdatePlan:
    """Changes a plan for subscriptions that start later; those that run keep the terms they copied."""

    def __init__(
        self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock, shelf: ForgetsPlans = _UNKEPT
    ) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._shelf = shelf

    async def execute(
        self,
        tenant_id: TenantId,
        command: UpdatePlanCommand,
        receipt: Receipt[Plan] = _UNSIGNED,
    ) -> Plan:
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            plan = await repos.plans.lock(command.plan_id)
            if plan is None:
                raise NotFoundError("plan", command.plan_id)
            changed = replace(
                plan,
                name=command.name.over(plan.name),
                amount=Money(command.amount.over(plan.amount.amount), plan.amount.currency),
                trial_days=command.trial_days.over(plan.trial_days),
                max_cycles=command.max_cycles.over(plan.max_cycles),
                updated_at=self._clock.now(),
            )
            await repos.plans.update(changed)
            await receipt.sign(repos, changed)
        await self._shelf.forget(tenant_id)
        return changed
