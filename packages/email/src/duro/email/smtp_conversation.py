import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final, final

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from duro.billing.messages import Deferred, Delivery, Refused, Sent, Trouble, Unknown
from duro.email.smtp_settings import SmtpSecurity, SmtpSettings
from duro.email.written_email import WrittenEmail

_ABOUT_THE_ADDRESS: Final = re.compile(r"5\.[12]\.\d{1,3}\b")
_ABOUT_US: Final = re.compile(r"relay|authenticat", re.IGNORECASE)
_LONGEST_WORDS: Final = 300
_GOODBYE_SECONDS: Final = 2


@final
class SmtpConversation:
    """One connection to a mail server for one letter.

    Until DATA is said, the letter hasn't left whatever goes wrong. From there on only the server's own answer tells:
    without one nobody knows.
    """

    def __init__(self, settings: SmtpSettings, *, trust: ssl.SSLContext, hello_name: str) -> None:
        self._seconds = settings.timeout_seconds
        self._client = SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password or None,
            local_hostname=hello_name,
            timeout=settings.timeout_seconds,
            use_tls=settings.security is SmtpSecurity.TLS,
            start_tls=settings.security is SmtpSecurity.STARTTLS,
            tls_context=trust,
        )
        self._is_handed_over = False

    async def deliver(self, letter: WrittenEmail) -> Delivery:
        try:
            async with asyncio.timeout(self._seconds):
                words = await self._hand_over(letter)
        except SMTPResponseException as answer:
            return self._answered(answer)
        except (SMTPException, OSError) as failure:
            return self._broken(failure)
        else:
            await self._say_goodbye()
            return Sent(self._short(words) or letter.message_id)
        finally:
            self._client.close()

    async def _hand_over(self, letter: WrittenEmail) -> str:
        await self._client.connect()
        await self._client.mail(letter.sender)
        await self._client.rcpt(letter.recipient)
        self._is_handed_over = True
        return (await self._client.data(letter.content)).message

    async def _say_goodbye(self) -> None:
        with suppress(SMTPException, OSError):
            await self._client.quit(timeout=_GOODBYE_SECONDS)

    def _answered(self, answer: SMTPResponseException) -> Delivery:
        """Sort an answer: 4 comes again, 5 is final about this person or letter; before them it is about us."""
        code, words, family = str(answer.code), self._short(answer.message), answer.code // 100
        if family not in {4, 5}:
            return self._broken(answer)
        if family == 4:
            return Deferred(Trouble.OUTAGE, code, words)
        match answer:
            case SMTPRecipientRefused() if not _ABOUT_US.search(answer.message):
                return Refused(Trouble.RECIPIENT, code, words)
            case SMTPDataError():
                is_about_address = bool(_ABOUT_THE_ADDRESS.match(answer.message))
                return Refused(Trouble.RECIPIENT if is_about_address else Trouble.CONTENT, code, words)
            case _:
                return Deferred(Trouble.SENDER, code, words)

    def _broken(self, failure: Exception) -> Deferred | Unknown:
        words = self._short(f"{type(failure).__name__}: {failure}")
        if self._is_handed_over:
            return Unknown(f"The letter was handed over and not answered for: {words}")
        trouble = Trouble.SENDER if isinstance(failure, SMTPNotSupported) else Trouble.OUTAGE
        return Deferred(trouble, "unreachable", words)

    @staticmethod
    def _short(words: str) -> str:
        line = " ".join(words.split())
        return "".join(each for each in line if each.isprintable())[:_LONGEST_WORDS]
