from typing import final

from duro.db.contexts import RepositoryContexts
from duro.db.message_rows import Message
from duro.db.pages import Page, PageRequest
from duro.kernel import CustomerId, MessageId, NotFoundError, SubscriptionId, TenantId


@final
class GetMessage:
    """Finds one message."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, message_id: MessageId) -> Message:
        async with self._contexts.open(tenant_id) as repos:
            message = await repos.messages.get(message_id)
        if message is None:
            raise NotFoundError("message", message_id)
        return message


@final
class ListMessages:
    """Lists what payers were told and will be, newest first."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(
        self,
        tenant_id: TenantId,
        page: PageRequest,
        *,
        customer_id: CustomerId | None = None,
        subscription_id: SubscriptionId | None = None,
    ) -> Page[Message]:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.messages.list(page, customer_id=customer_id, subscription_id=subscription_id)
