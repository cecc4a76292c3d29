from typing import final

from duro.billing import EventType
from duro.db.contexts import RepositoryContexts
from duro.db.pages import Page, PageRequest
from duro.db.records import Event
from duro.kernel import EventId, NotFoundError, SubscriptionId, TenantId


@final
class GetEvent:
    """Finds one event."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, event_id: EventId) -> Event:
        async with self._contexts.open(tenant_id) as repos:
            event = await repos.events.get(event_id)
        if event is None:
            raise NotFoundError("event", event_id)
        return event


@final
class ListEvents:
    """Lists what happened, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        subscription_id: SubscriptionId | None = None,
        event_type: EventType | None = None,
    ) -> Page[Event]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.events.list(
                page,
                subscription_id=subscription_id,
                event_type=None if event_type is None else event_type.value,
            )
