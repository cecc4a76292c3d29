from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, final

from duro.billing.event_type import EventType
from duro.kernel import ConflictError


class SubscriptionStatus(StrEnum):
    """Where a subscription stands."""

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    EXPIRED = "expired"
    INCOMPLETE_EXPIRED = "incomplete_expired"


class SubscriptionAction(StrEnum):
    """What can happen to a subscription's status."""

    START_TRIAL = "start_trial"
    ACTIVATE = "activate"
    EXPIRE_INCOMPLETE = "expire_incomplete"
    RENEWAL_FAILED = "renewal_failed"
    RECOVER = "recover"
    EXHAUST_DUNNING = "exhaust_dunning"
    REACH_LIMIT = "reach_limit"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


@final
@dataclass(frozen=True, slots=True)
class Transition:
    """The status a move leads to, and the event that tells of it."""

    target: SubscriptionStatus
    event: EventType


@final
@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from any of the sources, the action leads to the target and is told as the event."""

    sources: tuple[SubscriptionStatus, ...]
    action: SubscriptionAction
    target: SubscriptionStatus
    event: EventType


_S: Final = SubscriptionStatus
_A: Final = SubscriptionAction
_E: Final = EventType


@final
class SubscriptionStateMachine:
    """The moves a subscription may make, as a table: the source of legality, of event names and of the diagram."""

    TABLE: ClassVar[tuple[Move, ...]] = (
        Move((_S.INCOMPLETE,), _A.START_TRIAL, _S.TRIALING, _E.SUBSCRIPTION_CREATED),
        Move((_S.INCOMPLETE, _S.TRIALING), _A.ACTIVATE, _S.ACTIVE, _E.SUBSCRIPTION_ACTIVATED),
        Move((_S.INCOMPLETE,), _A.EXPIRE_INCOMPLETE, _S.INCOMPLETE_EXPIRED, _E.SUBSCRIPTION_EXPIRED),
        Move((_S.ACTIVE, _S.TRIALING), _A.RENEWAL_FAILED, _S.PAST_DUE, _E.SUBSCRIPTION_PAST_DUE),
        Move((_S.PAST_DUE,), _A.RECOVER, _S.ACTIVE, _E.SUBSCRIPTION_RECOVERED),
        Move((_S.PAST_DUE,), _A.EXHAUST_DUNNING, _S.UNPAID, _E.SUBSCRIPTION_UNPAID),
        Move((_S.UNPAID,), _A.RECOVER, _S.ACTIVE, _E.SUBSCRIPTION_RECOVERED),
        Move((_S.ACTIVE,), _A.REACH_LIMIT, _S.EXPIRED, _E.SUBSCRIPTION_EXPIRED),
        Move((_S.ACTIVE,), _A.PAUSE, _S.PAUSED, _E.SUBSCRIPTION_PAUSED),
        Move((_S.PAUSED,), _A.RESUME, _S.ACTIVE, _E.SUBSCRIPTION_RESUMED),
        Move(
            (_S.INCOMPLETE, _S.TRIALING, _S.ACTIVE, _S.PAST_DUE, _S.PAUSED, _S.UNPAID),
            _A.CANCEL,
            _S.CANCELED,
            _E.SUBSCRIPTION_CANCELLED,
        ),
    )
    _TRANSITION_OF: ClassVar[Mapping[tuple[SubscriptionStatus, SubscriptionAction], Transition]] = MappingProxyType(
        {(source, move.action): Transition(move.target, move.event) for move in TABLE for source in move.sources}
    )
    TERMINAL: ClassVar[frozenset[SubscriptionStatus]] = frozenset(SubscriptionStatus) - {
        source for move in TABLE for source in move.sources
    }

    @classmethod
    def transition(cls, status: SubscriptionStatus, action: SubscriptionAction) -> Transition:
        """Return where the action leads. Raise ConflictError `illegal_transition` where the table has no row."""
        transition = cls._TRANSITION_OF.get((status, action))
        if transition is None:
            code = "illegal_transition"
            raise ConflictError(code, f"The action {action} isn't open to a subscription that is {status}.")
        return transition

    @classmethod
    def can(cls, status: SubscriptionStatus, action: SubscriptionAction) -> bool:
        """Ask quietly whether the table has a row."""
        return (status, action) in cls._TRANSITION_OF

    @classmethod
    def diagram(cls) -> str:
        """Draw the table as a Mermaid state diagram."""
        moves = [f"    {source} --> {move.target}: {move.action}" for move in cls.TABLE for source in move.sources]
        ends = [f"    {status} --> [*]" for status in SubscriptionStatus if status in cls.TERMINAL]
        return "\n".join(["stateDiagram-v2", "    [*] --> incomplete", *moves, *ends, ""])
