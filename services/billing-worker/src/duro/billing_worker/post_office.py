import sys
from contextlib import AsyncExitStack
from typing import Final, Self, final

from whenever import TimeDelta

from duro.billing_worker.post_settings import PostSettings
from duro.crypto import LinkSigner
from duro.db import RepositoryContexts
from duro.email import ConsoleMailer, SmtpMailer, TemplateRenderer
from duro.kernel import Clock, Mode
from duro.merchant_api.messages import (
    MessageClaims,
    MessagePost,
    MessageService,
    MessageSettlement,
    MessageWriter,
    Stationery,
    Transports,
)
from duro.whatsapp import CloudApiMessenger, ConsoleMessenger, PayerTemplates

_LEASE: Final = TimeDelta(minutes=5)


@final
class PostOffice:
    """Where messages of both modes leave from: by the servers that are set, or on this process's terminal."""

    def __init__(self, settings: PostSettings, servers: Transports | None = None) -> None:
        self._settings = settings
        self._servers = servers
        self._terminal = Transports(ConsoleMailer(sys.stderr), ConsoleMessenger(sys.stderr))
        self._writer = MessageWriter(
            Stationery(settings.sender, LinkSigner(settings.link_keys), settings.link_base),
            TemplateRenderer(settings.links),
            PayerTemplates(link_base=settings.link_base),
        )

    @classmethod
    def open(cls, settings: PostSettings, stack: AsyncExitStack) -> Self:
        """Make ready to speak to the servers that are set; the stack lets go of them."""
        if settings.smtp is None and settings.whatsapp is None:
            return cls(settings)
        messenger = None if settings.whatsapp is None else CloudApiMessenger(settings.whatsapp)
        if messenger is not None:
            stack.push_async_callback(messenger.close)
        return cls(settings, Transports(None if settings.smtp is None else SmtpMailer(settings.smtp), messenger))

    def service(self, contexts: RepositoryContexts, *, clock: Clock) -> MessageService:
        is_shown = self._servers is None or (contexts.mode is Mode.TEST and not self._settings.is_test_sent)
        return MessageService(
            MessageClaims(contexts, self._settings.person_keys, clock=clock, lease=_LEASE),
            MessagePost(self._writer, self._terminal if is_shown or self._servers is None else self._servers),
            MessageSettlement(
                contexts, self._settings.person_keys, clock=clock, word="shown" if is_shown else "accepted"
            ),
        )
