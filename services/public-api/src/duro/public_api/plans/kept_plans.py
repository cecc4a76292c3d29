from collections.abc import Awaitable, Callable
from typing import Final, final

from msgspec import json

from duro.cache import CacheStore, Namespace
from duro.db import RepositoryContexts
from duro.db.pages import PageRequest
from duro.kernel import PlanId, TenantId
from duro.merchant_api.plans import GetPlan, ListPlans
from duro.public_api.plans.views import PlanPage, PlanView

_SECONDS: Final = 60


@final
class KeptPlans:
    """Plans as they are shown, kept for all processes until one of the merchant's changes.

    First pages and single plans are kept, so that a merchant has a bounded number of them. Without a cache, or while it
    is lost, they are read anew each time.
    """

    def __init__(self, contexts: RepositoryContexts, store: CacheStore | None) -> None:
        self._get = GetPlan(contexts)
        self._list = ListPlans(contexts)
        self._mode = contexts.mode
        self._store = store

    async def one(self, tenant_id: TenantId, plan_id: PlanId) -> bytes:
        """Give the body that shows a plan. Raise NotFoundError."""

        async def load() -> bytes:
            return json.encode(PlanView.of(await self._get.execute(tenant_id, plan_id)))

        return await self._remember(tenant_id, str(plan_id), load)

    async def page(self, tenant_id: TenantId, page: PageRequest, *, is_archived: bool | None) -> bytes:
        """Give the body that shows a page of plans. Raise InvalidInputError for a cursor that isn't one."""

        async def load() -> bytes:
            return json.encode(PlanPage.of(await self._list.execute(tenant_id, page, is_archived=is_archived)))

        if page.after is not None:
            return await load()
        return await self._remember(tenant_id, f"first:{page.limit}:{is_archived}", load)

    async def forget(self, tenant_id: TenantId) -> None:
        """Show nothing any more that was kept before now; to be called once the change is committed."""
        if self._store is not None:
            await self._namespace(self._store, tenant_id).bump()

    async def _remember(self, tenant_id: TenantId, name: str, load: Callable[[], Awaitable[bytes]]) -> bytes:
        if self._store is None:
            return await load()
        kept = await self._namespace(self._store, tenant_id).remember(name, seconds=_SECONDS, load=load)
        return await load() if kept is None else kept

    def _namespace(self, store: CacheStore, tenant_id: TenantId) -> Namespace:
        return store.of(tenant_id, self._mode).namespace("plans")
