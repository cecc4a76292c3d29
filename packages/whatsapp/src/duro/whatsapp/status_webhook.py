import hashlib
import hmac
from typing import Final, final

from duro.kernel import DomainError, ErrorKind
from duro.whatsapp.notice_reader import NoticeReader
from duro.whatsapp.whatsapp_notice import WhatsAppNotice

_LARGEST: Final = 3 * 1024 * 1024


@final
class ForgedNoticeError(DomainError):
    """Whoever posted this doesn't know the app's secret."""

    def __init__(self) -> None:
        super().__init__("forged_notice", ErrorKind.FORBIDDEN, "The signature isn't Meta's.")


@final
class UnreadableNoticeError(DomainError):
    """The notice is larger than any of Meta's."""

    def __init__(self) -> None:
        super().__init__("unreadable_notice", ErrorKind.INVALID, "The notice can't be read.")


@final
class StatusWebhook:
    """What Meta posts about messages it has accepted, believed only with its signature over the bytes as they came.

    A notice carries no time of its own: whoever writes it down tells a repeat by message and step.
    """

    def __init__(self, *, app_secret: str, verify_token: str) -> None:
        self._secret = app_secret.encode()
        self._verify_token = verify_token.encode()
        self._reader = NoticeReader()

    def challenge(self, *, mode: str, verify_token: str, challenge: str) -> str | None:
        """Return what to answer when Meta asks whether this address is ours; None means no."""
        is_ours = hmac.compare_digest(verify_token.encode("utf-8", "surrogatepass"), self._verify_token)
        return challenge if mode == "subscribe" and is_ours and challenge.isascii() else None

    def read(self, body: bytes, *, signature: str | None) -> WhatsAppNotice:
        """Return the steps that messages have taken and what people wish; other news is passed over.

        `signature` is the header X-Hub-Signature-256. What can't be read is counted, and spoils nothing beside it.
        Raise ForgedNoticeError, or UnreadableNoticeError for more than Meta sends at once.
        """
        if len(body) > _LARGEST:
            raise UnreadableNoticeError
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest((signature or "").encode("utf-8", "surrogatepass"), expected.encode()):
            raise ForgedNoticeError
        return self._reader.read(body)
