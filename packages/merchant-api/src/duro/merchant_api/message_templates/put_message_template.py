import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from duro.billing.messages import MessageKind
from duro.db import RepositoryContexts
from duro.db.message_templates import LetterWords, MessageTemplate
from duro.email import TemplateOverride, TemplateRenderer
from duro.kernel import Clock, Fault, IdFactory, InvalidInputError, TenantId
from duro.merchant_api.receipts import NoReceipt, Receipt

_UNSIGNED: Final = NoReceipt()
_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PutMessageTemplateCommand:
    """A merchant's own words for a kind of message: a letter, the name of a template at Meta, or both."""

    kind: MessageKind
    letter: LetterWords | None = None
    whatsapp_template: str | None = None


@final
class PutMessageTemplate:
    """Lets a kind of message be told in a merchant's own words, from the next message on."""

    def __init__(self, contexts: RepositoryContexts, ids: IdFactory, clock: Clock, renderer: TemplateRenderer) -> None:
        self._contexts = contexts
        self._ids = ids
        self._clock = clock
        self._renderer = renderer

    async def execute(
        self,
        tenant_id: TenantId,
        command: PutMessageTemplateCommand,
        receipt: Receipt[MessageTemplate] = _UNSIGNED,
    ) -> MessageTemplate:
        """Raise InvalidInputError with everything that is wrong with the words."""
        async with self._contexts.open(tenant_id) as repos:
            await receipt.claim(repos, self._ids)
            if faults := [*self._faults(command)]:
                raise InvalidInputError(faults)
            template = MessageTemplate(
                kind=command.kind,
                letter=command.letter,
                whatsapp_template=command.whatsapp_template,
                updated_at=self._clock.now(),
            )
            await repos.message_templates.put(template)
            await receipt.sign(repos, template)
        return template

    def _faults(self, command: PutMessageTemplateCommand) -> Iterator[Fault]:
        letter, name = command.letter, command.whatsapp_template
        if letter is None and name is None:
            yield Fault("email", "or whatsappTemplate is required")
        if letter is not None:
            override = TemplateOverride(letter.subject, letter.html, letter.text)
            yield from (Fault(f"email.{one.path}", one.issue) for one in self._renderer.faults(override))
        if name is not None and not _NAME.fullmatch(name):
            yield Fault("whatsappTemplate", "is at most 512 small letters, digits and underscores")
