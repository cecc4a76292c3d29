import asyncio
from collections.abc import Callable
from typing import cast, final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from duro.testkit.arrived_letter import ArrivedLetter
from duro.testkit.mail_answer import MailAnswer


@final
class MailConversation:
    """What a mail sink says on one connection, as it was told to."""

    def __init__(
        self, choose: Callable[[], MailAnswer], keep: Callable[[ArrivedLetter], None], *, login: tuple[str, str]
    ) -> None:
        self._choose = choose
        self._keep = keep
        self._login = login
        self._answer = MailAnswer.ACCEPT
        self._username: str | None = None

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        del server, session, envelope, mechanism
        assert isinstance(data, LoginPassword)
        username, password = data.login.decode(), data.password.decode()
        self._username = username
        return AuthResult(success=(username, password) == self._login, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        del server, session, mail_options
        self._answer = self._choose()
        if self._answer is MailAnswer.REFUSE_SENDER:
            return "553 5.7.1 This sender isn't yours"
        if self._answer is MailAnswer.HANG_EARLY:
            await asyncio.Event().wait()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del session, rcpt_options
        match self._answer:
            case MailAnswer.DEFER:
                return "451 4.7.1 Come again later"
            case MailAnswer.REFUSE_RELAY:
                return "554 5.7.1 Relay access denied"
            case MailAnswer.REFUSE_PERSON:
                return "550 5.1.1 Nobody of that name"
            case MailAnswer.HANG_UP:
                return self._hang_up(server)
            case _:
                envelope.rcpt_tos.append(address)
                return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        del session
        match self._answer:
            case MailAnswer.REFUSE_LETTER:
                return "554 5.6.0 We don't take such letters"
            case MailAnswer.REFUSE_LATE:
                return "550 5.2.1 This box is closed"
            case MailAnswer.DEFER_LETTER:
                return "452 4.3.1 Too little room"
            case _:
                return await self._kept(server, envelope)

    async def _kept(self, server: SMTP, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = ArrivedLetter(str(envelope.mail_from), envelope.rcpt_tos[0], envelope.content, self._username)
        self._keep(letter)
        if self._answer is MailAnswer.HANG:
            await asyncio.Event().wait()
        if self._answer is MailAnswer.DROP:
            return self._hang_up(server)
        return "thank you" if self._answer is MailAnswer.BABBLE else "250 2.0.0 OK: kept"

    @staticmethod
    def _hang_up(server: SMTP) -> str:
        cast("asyncio.WriteTransport", server.transport).abort()
        return "421 4.3.0 Nobody hears this"
