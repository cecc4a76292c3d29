from dataclasses import dataclass
from typing import final

from duro.db import RepositoryContexts
from duro.email import TemplateRenderer
from duro.kernel import Clock, IdFactory
from duro.merchant_api.message_templates import (
    GetMessageTemplate,
    ListMessageTemplates,
    PutMessageTemplate,
    RemoveMessageTemplate,
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplateActs:
    """Everything a merchant can do in one mode about the words of messages."""

    find: GetMessageTemplate
    list: ListMessageTemplates
    put: PutMessageTemplate
    remove: RemoveMessageTemplate

    @classmethod
    def over(
        cls, contexts: RepositoryContexts, *, renderer: TemplateRenderer, ids: IdFactory, clock: Clock
    ) -> "MessageTemplateActs":
        return cls(
            find=GetMessageTemplate(contexts),
            list=ListMessageTemplates(contexts),
            put=PutMessageTemplate(contexts, ids, clock, renderer),
            remove=RemoveMessageTemplate(contexts, ids),
        )
