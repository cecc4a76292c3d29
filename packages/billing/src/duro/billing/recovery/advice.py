from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant, TimeDelta


class AdviceEffect(StrEnum):
    """What a network's advice code does to the instrument it came with."""

    WAIT = "wait"
    NEW_CARD = "new_card"
    NEVER_AGAIN = "never_again"
    REVOKED = "revoked"


@final
@dataclass(frozen=True, slots=True)
class AdviceRule:
    """What one advice code asks for, from a date on: to wait, a new card, to stop, or to leave the payer alone.

    With a failure code of `authenticate_with` the payer's authentication is asked for instead.
    """

    code: str
    effect: AdviceEffect
    since: Instant
    source: str
    wait: TimeDelta = TimeDelta.ZERO
    authenticate_with: frozenset[str] = frozenset()
