from typing import Final, final

from whenever import Instant

from duro.billing.messages import MessageKind
from duro.db.message_rows import MessageSubject

_ANNOUNCEMENTS: Final = frozenset({MessageKind.RENEWAL_REMINDER, MessageKind.TRIAL_ENDING, MessageKind.CARD_EXPIRING})


@final
class SecondLook:
    """Whether a message is still true at the moment it would leave."""

    @classmethod
    def objection(cls, subject: MessageSubject, *, now: Instant) -> str | None:
        """Return why the person needn't be told any more, or None."""
        kind = subject.message.kind
        if kind.asks_for_payment:
            return cls._of_request(subject)
        if kind is MessageKind.WELCOME:
            return cls._of_welcome(subject)
        if kind is MessageKind.PAYMENT_RECOVERED:
            return cls._of_recovery(subject)
        if kind in _ANNOUNCEMENTS:
            return cls._of_announcement(subject, now=now)
        return None

    @staticmethod
    def _of_request(subject: MessageSubject) -> str | None:
        matter = subject.matter
        if matter is None or not matter.is_open:
            return "case_closed"
        if matter.is_paused:
            return "case_paused"
        if matter.is_asked_anew:
            return "overtaken"
        return "request_closed" if subject.message.tells_how_to_push and not matter.can_push else None

    @staticmethod
    def _of_welcome(subject: MessageSubject) -> str | None:
        return None if subject.renewing is not None and not subject.renewing.is_over else "ended"

    @staticmethod
    def _of_recovery(subject: MessageSubject) -> str | None:
        """Object to saying that all carries on where that isn't so any more: that money came is told by a receipt."""
        return None if subject.renewing is not None and subject.renewing.is_going_on else "not_renewing"

    @staticmethod
    def _of_announcement(subject: MessageSubject, *, now: Instant) -> str | None:
        renewing, facts = subject.renewing, subject.message.facts
        if renewing is None or not renewing.is_going_on:
            return "not_renewing"
        if renewing.period_end != facts.next_attempt_at:
            return "renewal_moved"
        if renewing.period_end <= now:
            return "too_late"
        is_about_card = subject.message.kind is MessageKind.CARD_EXPIRING
        return "card_replaced" if is_about_card and not renewing.has_card_expired_by_then else None
