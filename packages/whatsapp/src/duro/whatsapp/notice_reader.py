from collections.abc import Callable, Iterable
from typing import Final, TypeVar, final

import msgspec
from whenever import Instant

from duro.billing.messages import Deferred, Refused, Trouble
from duro.whatsapp.error_codes import ErrorCodes
from duro.whatsapp.message_status import MessageStatus, Progress
from duro.whatsapp.webhook_wire import ChangeView, NoticeView, StatusView, ValueView, WrittenView
from duro.whatsapp.whatsapp_notice import PayerWish, WhatsAppNotice

_UNREADABLE: Final = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
_STEPS: Final = frozenset(Progress)
Source = TypeVar("Source")
Piece = TypeVar("Piece")


@final
class NoticeReader:
    """Reads what Meta posted piece by piece: one that can't be read spoils nothing beside it."""

    def __init__(self) -> None:
        self._codes = ErrorCodes.bundled()

    def read(self, body: bytes) -> WhatsAppNotice:
        """Return what is known of; other news is passed over, and what can't be read is counted."""
        [notice], unread = self._each([body], self._notice)
        changes = [] if notice is None else [change for entry in notice.entry for change in entry.changes]
        values, lost = self._each([change for change in changes if change.field == "messages"], self._value)
        found = [value for value in values if value is not None]
        statuses, missed = self._each([raw for value in found for raw in value.statuses], self._status)
        wishes, unheard = self._each([raw for value in found for raw in value.messages], self._wish)
        return WhatsAppNotice(
            statuses=tuple(status for status in statuses if status is not None),
            wishes=tuple(wish for wish in wishes if wish is not None),
            unread=unread + lost + missed + unheard,
        )

    @staticmethod
    def _each(sources: Iterable[Source], read: Callable[[Source], Piece | None]) -> tuple[list[Piece | None], int]:
        """Read each of them; in the place of one that can't be stands None, and it is counted."""
        pieces: list[Piece | None] = []
        unread = 0
        for source in sources:
            try:
                pieces.append(read(source))
            except _UNREADABLE:
                pieces.append(None)
                unread += 1
        return pieces, unread

    @staticmethod
    def _notice(body: bytes) -> NoticeView:
        return msgspec.json.decode(body, type=NoticeView)

    @staticmethod
    def _value(change: ChangeView) -> ValueView:
        return msgspec.json.decode(change.value, type=ValueView)

    @staticmethod
    def _wish(raw: msgspec.Raw) -> PayerWish | None:
        written = msgspec.json.decode(raw, type=WrittenView)
        return PayerWish.of(written.sender, written.text.body or written.button.text)

    def _status(self, raw: msgspec.Raw) -> MessageStatus | None:
        view = msgspec.json.decode(raw, type=StatusView)
        if view.status not in _STEPS:
            return None
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
