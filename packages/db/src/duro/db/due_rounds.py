from dataclasses import dataclass
from enum import IntEnum
from typing import final
from uuid import UUID

from whenever import Instant, TimeDelta


class DueKind(IntEnum):
    """What there can be to do on a test clock; of what falls due at one instant the lower number comes first."""

    PENDING_ATTEMPT = 1
    PENDING_REFUND = 2
    START = 3
    RENEWAL = 4
    CASE = 5
    PAYMENT_REQUEST = 6

    @property
    def is_shared(self) -> bool:
        """Say whether what falls due at one instant may be done together."""
        return self is DueKind.RENEWAL


@final
@dataclass(frozen=True, slots=True)
class DueQuestion:
    """What is asked of a test clock: what falls due up to an instant, but for what has been tried in vain.

    A start that nobody finished falls due a while after it was asked for, one that nobody paid after another.
    """

    up_to: Instant
    unfinished_after: TimeDelta
    unpaid_after: TimeDelta
    skipped: frozenset[UUID]
    limit: int


@final
@dataclass(frozen=True, slots=True)
class DueRound:
    """What falls due next on a test clock: one thing, or things of one kind that may be done together, by their ids."""

    due_at: Instant
    kind: DueKind
    ids: tuple[UUID, ...]

    def each(self) -> "tuple[DueRound, ...]":
        """Give its things one by one."""
        return tuple(DueRound(self.due_at, self.kind, (one,)) for one in self.ids)

    def unchanged_since(self, earlier: "DueRound") -> frozenset[UUID]:
        """Name what was due just so before: doing it changed nothing."""
        is_same = (self.due_at, self.kind) == (earlier.due_at, earlier.kind)
        return frozenset(self.ids) & frozenset(earlier.ids) if is_same else frozenset()
