from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import final


@final
@dataclass(frozen=True, slots=True)
class ArrivedLetter:
    """A letter that a mail sink has kept, as it came over the wire."""

    sender: str
    recipient: str
    content: bytes
    username: str | None

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=SMTP)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def text(self) -> str:
        return self._part("plain")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"The letter has no {kind} part."
        return str(part.get_content()).replace("\r\n", "\n")
