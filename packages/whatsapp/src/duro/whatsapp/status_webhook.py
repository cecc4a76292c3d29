import hashlib
import hmac
from collections.abc import Iterator
from typing import Final, final

import msgspec
from whenever import Instant

from duro.billing.messages import Deferred, Refused, Trouble
from duro.kernel import DomainError, ErrorKind
from duro.whatsapp.error_codes import ErrorCodes
from duro.whatsapp.message_status import MessageStatus, Progress
from duro.whatsapp.webhook_wire import NoticeView, StatusView

_LARGEST: Final = 3 * 1024 * 1024
_STEPS: Final = frozenset(Progress)


@final
class ForgedNoticeError(DomainError):
    """Whoever posted this doesn't know the app's secret."""

    def __init__(self) -> None:
        super().__init__("forged_notice", ErrorKind.FORBIDDEN, "The signature isn't Meta's.")


@final
class UnreadableNoticeError(DomainError):
    """The notice is Meta's and can't be read."""

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
        self._codes = ErrorCodes.bundled()

    def challenge(self, *, mode: str, verify_token: str, challenge: str) -> str | None:
        """Return what to answer when Meta asks whether this address is ours; None means no."""
        is_ours = hmac.compare_digest(verify_token.encode("utf-8", "surrogatepass"), self._verify_token)
        return challenge if mode == "subscribe" and is_ours and challenge.isascii() else None

    def read(self, body: bytes, *, signature: str | None) -> tuple[MessageStatus, ...]:
        """Return the steps that messages have taken; other news is passed over.

        `signature` is the header X-Hub-Signature-256. Raise ForgedNoticeError or UnreadableNoticeError.
        """
        if len(body) > _LARGEST:
            raise UnreadableNoticeError
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest((signature or "").encode("utf-8", "surrogatepass"), expected.encode()):
            raise ForgedNoticeError
        try:
            return tuple(self._statuses(msgspec.json.decode(body, type=NoticeView)))
        except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
            raise UnreadableNoticeError from error

    def _statuses(self, notice: NoticeView) -> Iterator[MessageStatus]:
        for entry in notice.entry:
            for change in entry.changes:
                if change.field != "messages":
                    continue
                for view in change.value.statuses:
                    if view.status in _STEPS:
                        yield self._status(view)

    def _status(self, view: StatusView) -> MessageStatus:
        progress = Progress(view.status)
        return MessageStatus(
            provider_id=view.id,
            reference=view.biz_opaque_callback_data,
            progress=progress,
            at=Instant.from_timestamp(int(view.timestamp), unit="second"),
            failure=self._failure(view) if progress is Progress.FAILED else None,
        )

    def _failure(self, view: StatusView) -> Refused | Deferred:
        for error in view.errors:
            found = self._codes.meaning(error.code, error.words)
            if found is not None:
                return found
        code = str(view.errors[0].code) if view.errors else "unnamed"
        return Refused(Trouble.RECIPIENT, code, "Meta names no reason that is known.")
