from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.messages import Channel, Delivery, MessageKind, Trouble
from duro.db.message_rows import Message, MessageSubject


class TellingOutcome(StrEnum):
    """What came of looking at a message once."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    DEFERRED = "deferred"
    POSTPONED = "postponed"
    SKIPPED = "skipped"


@final
@dataclass(frozen=True, slots=True)
class Setback:
    """A way that a message certainly didn't leave by, whose trouble that was, and its vendor's code."""

    channel: Channel
    trouble: Trouble
    code: str


@final
@dataclass(frozen=True, slots=True)
class Telling:
    """What came of a message, of what kind it was and which way it took; one that somebody else holds has no kind."""

    outcome: TellingOutcome
    kind: MessageKind | None = None
    channel: Channel | None = None
    setbacks: tuple[Setback, ...] = ()

    @property
    def trouble(self) -> Trouble | None:
        """Return whose trouble was met on the way: the sender's first of all, since somebody has to mend that."""
        met = [setback.trouble for setback in self.setbacks]
        return Trouble.SENDER if Trouble.SENDER in met else next(reversed(met), None)


@final
@dataclass(frozen=True, slots=True)
class Posted:
    """What is known of a message after the ways that were tried; without a way there is none to the person."""

    channel: Channel | None
    delivery: Delivery
    setbacks: tuple[Setback, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message that is committed as being sent, and the nudges counted for it."""

    subject: MessageSubject
    nudges: tuple[tuple[bytes, Instant], ...] = ()

    @property
    def message(self) -> Message:
        return self.subject.message
