import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, final

from duro.billing.messages import Trouble
from duro.email.mailbox import Mailbox, MalformedMailboxError
from duro.email.outbound_email import OutboundEmail

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnwritableEmailError(ValueError):
    """The e-mail can't be put into the form that mail servers exchange."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


@final
@dataclass(frozen=True, slots=True)
class WrittenEmail:
    """An e-mail as mail servers exchange it: its envelope and its letter, always the same for the same e-mail."""

    sender: str
    recipient: str
    message_id: str
    content: bytes

    @classmethod
    def of(cls, email: OutboundEmail) -> "WrittenEmail":
        """Write it down. Raise UnwritableEmailError if it can't be."""
        sender, recipient = cls._address(email.sender, Trouble.CONTENT), cls._address(email.to, Trouble.RECIPIENT)
        if not _REFERENCE.fullmatch(email.reference):
            raise UnwritableEmailError(Trouble.CONTENT, "The reference holds more than letters, digits, - and _.")
        message_id = f"<{email.reference}@{sender.rpartition('@')[2]}>"
        try:
            content = cls._letter(email, message_id).as_bytes()
        except ValueError as error:
            raise UnwritableEmailError(Trouble.CONTENT, f"The e-mail can't be written: {error}") from error
        return cls(sender, recipient, message_id, content)

    @staticmethod
    def _address(mailbox: Mailbox, trouble: Trouble) -> str:
        try:
            return mailbox.header.addr_spec
        except MalformedMailboxError as error:
            raise UnwritableEmailError(trouble, str(error)) from error

    @staticmethod
    def _letter(email: OutboundEmail, message_id: str) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["Message-ID"] = message_id
        letter["Date"] = email.written_at.to_stdlib()
        letter["From"] = email.sender.header
        letter["To"] = email.to.header
        if email.reply_to is not None:
            letter["Reply-To"] = email.reply_to.header
        letter["Subject"] = email.subject
        letter["Auto-Submitted"] = "auto-generated"
        for name, value in email.headers.items():
            letter[name] = value
        letter.set_content(email.text, cte="quoted-printable")
        letter.make_alternative(boundary=f"=_{email.reference}")
        letter.add_alternative(email.html, subtype="html", cte="quoted-printable")
        return letter
