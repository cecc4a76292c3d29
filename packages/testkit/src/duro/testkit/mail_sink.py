import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, cast, final

import trustme
from aiosmtpd.smtp import SMTP

from duro.email import SmtpSecurity, SmtpSettings
from duro.testkit.arrived_letter import ArrivedLetter
from duro.testkit.mail_answer import MailAnswer
from duro.testkit.mail_conversation import MailConversation


@final
class MailSink:
    """A mail server of the test's own on the loopback: it keeps every letter, and can be told to fail in every way.

    A letter that it hangs over or drops has arrived all the same: its sender just isn't told.
    """

    HOST: ClassVar[str] = "127.0.0.1"
    USERNAME: ClassVar[str] = "duro"
    PASSWORD: ClassVar[str] = "the sink's password"

    def __init__(self, trust: ssl.SSLContext, certificate: ssl.SSLContext) -> None:
        self.letters: list[ArrivedLetter] = []
        self.trust = trust
        self._certificate = certificate
        self._answers: deque[MailAnswer] = deque()
        self._opened: list[SMTP] = []
        self._ports: dict[SmtpSecurity, int] = {}
        self._servers: list[asyncio.Server] = []

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["MailSink"]:
        """Listen on two free ports: one that offers STARTTLS and a plain way, and one that is TLS from the start."""
        authority = trustme.CA()
        certificate, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        authority.issue_cert(cls.HOST).configure_cert(certificate)
        authority.configure_trust(trust)
        sink = cls(trust, certificate)
        await sink._open()
        try:
            yield sink
        finally:
            sink._close()

    @asynccontextmanager
    async def away(self) -> AsyncGenerator[None]:
        """Let nobody reach it meanwhile; conversations that are under way end."""
        self._close()
        try:
            yield
        finally:
            await self._open()

    @property
    def connections(self) -> int:
        """How many were opened to it so far."""
        return len(self._opened)

    @property
    def waiting_answers(self) -> tuple[MailAnswer, ...]:
        """How the letters to come are going to be treated."""
        return tuple(self._answers)

    def answer(self, *answers: MailAnswer) -> None:
        """Treat the next letters so, one each; every later one is accepted."""
        self._answers.extend(answers)

    def settings(
        self, security: SmtpSecurity = SmtpSecurity.STARTTLS, *, password: str = PASSWORD, timeout_seconds: float = 20
    ) -> SmtpSettings:
        """Say how to reach it, with its trust; without a password nobody logs in."""
        return SmtpSettings(
            host=self.HOST,
            port=self._ports[SmtpSecurity.TLS if security is SmtpSecurity.TLS else SmtpSecurity.STARTTLS],
            security=security,
            username=self.USERNAME if password else "",
            password=password,
            timeout_seconds=timeout_seconds,
        )

    async def _open(self) -> None:
        self._servers = [await self._listen(SmtpSecurity.STARTTLS), await self._listen(SmtpSecurity.TLS)]

    def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._cut()

    async def _listen(self, security: SmtpSecurity) -> asyncio.Server:
        is_tls = security is SmtpSecurity.TLS
        server = await asyncio.get_running_loop().create_server(
            lambda: self._connection(is_tls=is_tls),
            self.HOST,
            self._ports.get(security, 0),
            ssl=self._certificate if is_tls else None,
        )
        self._ports[security] = server.sockets[0].getsockname()[1]
        return server

    def _connection(self, *, is_tls: bool) -> SMTP:
        conversation = MailConversation(self._choose, self.letters.append, login=(self.USERNAME, self.PASSWORD))
        connection = SMTP(
            conversation,
            hostname="sink.example",
            tls_context=None if is_tls else self._certificate,
            auth_require_tls=not is_tls,
            authenticator=conversation.authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._opened.append(connection)
        return connection

    def _choose(self) -> MailAnswer:
        return self._answers.popleft() if self._answers else MailAnswer.ACCEPT

    def _cut(self) -> None:
        for connection in self._opened:
            if connection.transport is not None:
                cast("asyncio.WriteTransport", connection.transport).abort()
