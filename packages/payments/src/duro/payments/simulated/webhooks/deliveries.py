from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.payments.simulated.shelf import ShelfMark

_LONGEST_WAIT: Final = TimeDelta(minutes=1)


class DeliveryStatus(StrEnum):
    """How the sending of a notice stands; a withheld one is never sent."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"
    WITHHELD = "withheld"


@final
@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How a notice is sent again until it is accepted: after waits that double up to a minute, within a time."""

    first_wait: TimeDelta = TimeDelta(seconds=1)
    patience: TimeDelta = TimeDelta(minutes=10)

    def wait_after(self, tries: int) -> TimeDelta:
        return min(self.first_wait * 2 ** min(tries - 1, 16), _LONGEST_WAIT)


@final
@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """One sending of a notice; a notice that is told twice has two."""

    event_id: str
    copy: int
    body: str
    first_at: Instant
    due_at: Instant | None
    status: DeliveryStatus
    tries: int = 0

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(f"{self.event_id}.{self.copy}", owner=self.event_id, at=self.first_at, due_at=self.due_at)

    def accepted(self) -> "NoticeDelivery":
        return replace(self, status=DeliveryStatus.ACCEPTED, due_at=None, tries=self.tries + 1)

    def refused(self, now: Instant, plan: RetryPlan) -> "NoticeDelivery":
        """Plan the next try, or give up when that would be later than patience allows."""
        tries = self.tries + 1
        again_at = now + plan.wait_after(tries)
        if again_at > self.first_at + plan.patience:
            return replace(self, status=DeliveryStatus.GIVEN_UP, due_at=None, tries=tries)
        return replace(self, due_at=again_at, tries=tries)
