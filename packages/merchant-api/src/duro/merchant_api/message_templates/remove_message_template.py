from typing import Final, final

from duro.billing.messages import MessageKind
from duro.db import RepositoryContexts
from duro.db.message_templates import MessageTemplate
from duro.kernel import IdFactory, NotFoundError, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()


@final
class RemoveMessageTemplate:
    """Lets a kind of message be told in the usual words again, from the next message on."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory) -> None:
        self._contexts = contexts
        self._ids = ids

    async def execute(
        self, tenant_id: TenantId, kind: MessageKind, receipt: Receipt[MessageTemplate] = _UNSIGNED
    ) -> MessageTemplate:
        """Raise NotFoundError where the words are the usual ones already."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            if await repos.message_templates.remove(kind) is None:
                raise NotFoundError("message template", kind.value)
            usual = MessageTemplate(kind=kind)
            await receipt.sign(repos, usual)
        return usual
