from collections.abc import Sequence
from typing import final

from duro.billing.messages import MessageKind
from duro.db import RepositoryContexts
from duro.db.message_templates import MessageTemplate, TemplateSummary
from duro.kernel import TenantId


@final
class GetMessageTemplate:
    """Tells in which words of their own a merchant tells a kind of message; as usual, where there are none."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId, kind: MessageKind) -> MessageTemplate:
        async with self._contexts.open(tenant_id) as repos:
            return await repos.message_templates.get(kind) or MessageTemplate(kind=kind)


@final
class ListMessageTemplates:
    """Tells of every kind of message which of its templates are a merchant's own."""

    def __init__(self, contexts: RepositoryContexts) -> None:
        self._contexts = contexts

    async def execute(self, tenant_id: TenantId) -> Sequence[TemplateSummary]:
        async with self._contexts.open(tenant_id) as repos:
            own = {summary.kind: summary for summary in await repos.message_templates.summaries()}
        return [own.get(kind) or TemplateSummary(kind) for kind in MessageKind if kind.is_of_merchants]
