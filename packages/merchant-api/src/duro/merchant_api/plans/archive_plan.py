from dataclasses import replace
from typing import Final, final

from duro.db.contexts import RepositoryContexts
from duro.db.records import Plan
from duro.kernel import Clock, IdFactory, NotFoundError, PlanId, TenantId
from duro.merchant_api.plans.shelf import ForgetsPlans, NoShelf
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()
_UNKEPT: Final = NoShelf()


@final
class ArchivePlan:
    """Takes a plan off sale; subscriptions that run on it go on. Archiving twice changes nothing."""

    def __init__(
        self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock, shelf: ForgetsPlans = _UNKEPT
    ) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._shelf = shelf

    async def execute(self, tenant_id: TenantId, plan_id: PlanId, receipt: Receipt[Plan] = _UNSIGNED) -> Plan:
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            plan = await repos.plans.lock(plan_id)
            if plan is None:
                raise NotFoundError("plan", plan_id)
            if plan.archived_at is None:
                now = self._clock.now()
                plan = replace(plan, archived_at=now, updated_at=now)
                await repos.plans.update(plan)
            await receipt.sign(repos, plan)
        await self._shelf.forget(tenant_id)
        return plan
