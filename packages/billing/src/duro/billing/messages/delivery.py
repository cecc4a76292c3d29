from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, final

from whenever import TimeDelta


class Trouble(StrEnum):
    """Whose matter it is that a message didn't leave."""

    RECIPIENT = "recipient"
    CONSENT = "consent"
    CONTENT = "content"
    SENDER = "sender"
    LIMIT = "limit"
    OUTAGE = "outage"


@final
@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor took the message and answers for it from here on; whether it arrives is told later, or never."""

    provider_id: str


@final
@dataclass(frozen=True, slots=True)
class Refused:
    """The vendor won't take this message to this person, now or later: it didn't leave, and another channel may."""

    trouble: Trouble
    code: str
    reason: str


@final
@dataclass(frozen=True, slots=True)
class Deferred:
    """The message certainly didn't leave: it may be sent again under its reference, after the wait if there is one.

    Trouble with the sender stops every message until somebody at our side has mended it.
    """

    trouble: Trouble
    code: str
    reason: str
    wait: TimeDelta | None = None


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the message left: sending it again may tell the person twice."""

    detail: str


Delivery: TypeAlias = Sent | Refused | Deferred | Unknown
