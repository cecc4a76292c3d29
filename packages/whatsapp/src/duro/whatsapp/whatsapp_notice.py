import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, final

from duro.whatsapp.message_status import MessageStatus

_PHONE: Final = re.compile(r"[1-9][0-9]{6,14}")


class Wish(StrEnum):
    """What somebody asks of the number by a single word."""

    STOP = "stop"
    START = "start"

    @classmethod
    def of(cls, words: str) -> "Wish | None":
        """Read it from what they wrote; anything else is for people to read."""
        match " ".join(words.casefold().split()).strip(" .!"):
            case "stop" | "stop all" | "unsubscribe":
                return cls.STOP
            case "start" | "unstop":
                return cls.START
            case _:
                return None


@final
@dataclass(frozen=True, slots=True)
class PayerWish:
    """Somebody's wish to be written to on WhatsApp, or not, by whoever writes from this number."""

    phone: str
    wish: Wish

    @classmethod
    def of(cls, sender: str, words: str) -> Self | None:
        """Read it from a message and whose it is, in digits with the country; None if it is no wish."""
        wish = Wish.of(words)
        if wish is None:
            return None
        if not _PHONE.fullmatch(sender):
            message = "A sender is a number with its country, in digits."
            raise ValueError(message)
        return cls(f"+{sender}", wish)


@final
@dataclass(frozen=True, slots=True)
class WhatsAppNotice:
    """What Meta posted at once: steps of messages and wishes of people, and how many pieces couldn't be read."""

    statuses: tuple[MessageStatus, ...] = ()
    wishes: tuple[PayerWish, ...] = ()
    unread: int = 0
