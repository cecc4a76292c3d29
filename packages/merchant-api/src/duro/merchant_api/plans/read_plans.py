from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.db.records import Plan
from duro.kernel import NotFoundError, PlanId, TenantId


@final
class GetPlan:
    """Finds one plan."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, plan_id: PlanId) -> Plan:
        async with self._contexts.open(tenant_id) as repos:
            plan = await repos.plans.get(plan_id)
        if plan is None:
            raise NotFoundError("plan", plan_id)
        return plan


@final
class ListPlans:
    """Lists plans, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        is_archived: bool | None = None,
    ) -> Page[Plan]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.plans.list(page, is_archived=is_archived)
