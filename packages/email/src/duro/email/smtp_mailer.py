import asyncio
import ssl
from typing import final

from duro.billing.messages import Delivery, Refused
from duro.email.outbound_email import OutboundEmail
from duro.email.smtp_conversation import SmtpConversation
from duro.email.smtp_settings import SmtpSettings
from duro.email.written_email import UnwritableEmailError, WrittenEmail


@final
class SmtpMailer:
    """A mail server that takes one letter per connection, and only so many connections at once.

    A letter's Message-ID is its reference at the sender's domain: servers and readers can tell a second copy by it.
    """

    def __init__(self, settings: SmtpSettings, *, trust: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._trust = trust or ssl.create_default_context()
        self._connections = asyncio.Semaphore(settings.connections)

    async def send(self, email: OutboundEmail) -> Delivery:
        try:
            letter = WrittenEmail.of(email)
        except UnwritableEmailError as error:
            return Refused(error.trouble, "unwritable", str(error))
        hello_name = letter.sender.rpartition("@")[2]
        async with self._connections:
            return await SmtpConversation(self._settings, trust=self._trust, hello_name=hello_name).deliver(letter)
