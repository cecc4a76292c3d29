from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing.interval import Cadence, Interval
from duro.billing.messages.quiet_hours import QuietHours
from duro.billing.recovery.payday_awareness import PaydayAwareness
from duro.billing.recovery.rail import Rail
from duro.billing.recovery.retry_schedule import RetrySchedule
from duro.kernel import Fault, InvalidInputError

_MOST_TRIES: Final = 10
_MOST_DAYS: Final = 60
_MOST_DAYS_OF_SHORT_PLANS: Final = 7


class Escalation(StrEnum):
    """What becomes of a subscription whose case is exhausted."""

    UNPAID = "unpaid"
    CANCEL = "cancel"


@final
@dataclass(frozen=True, slots=True)
class DunningSettings:
    """How a merchant wants failed charges worked. The failed renewal itself is the first of the tries.

    In quiet hours, if there are any, nobody is asked to push money: they would learn of it when they are over.
    """

    max_tries: int = 5
    deadline_days: int = 35
    escalation: Escalation = Escalation.UNPAID
    payday_aware: PaydayAwareness = PaydayAwareness.LEARNED
    rails: tuple[Rail, ...] = (Rail.USSD, Rail.TRANSFER, Rail.VIRTUAL_ACCOUNT, Rail.DIRECT_DEBIT)
    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    reminders: tuple[TimeDelta, ...] = (
        TimeDelta(hours=24),
        TimeDelta(hours=48),
        TimeDelta(hours=72),
        TimeDelta(hours=120),
    )
    last_reminder: TimeDelta | None = TimeDelta(hours=72)
    soft_tries: int = 3
    soft_gap: TimeDelta = TimeDelta(hours=48)
    push_patience: TimeDelta = TimeDelta(hours=48)
    quiet_hours: QuietHours | None = None

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        if not 1 <= self.max_tries <= _MOST_TRIES:
            faults.append(Fault("maxTries", f"must be from 1 to {_MOST_TRIES}"))
        if not 1 <= self.deadline_days <= _MOST_DAYS:
            faults.append(Fault("deadlineDays", f"must be from 1 to {_MOST_DAYS}"))
        if len(set(self.rails)) < len(self.rails) or Rail.CARD in self.rails:
            faults.append(Fault("rails", "must be rails other than the card, each once"))
        if faults:
            raise InvalidInputError(faults)

    def deadline(self, cadence: Cadence, opened_at: Instant) -> Instant:
        """Return when a case is given up: sooner for plans that bill by the hour or the day."""
        is_short = cadence.interval in {Interval.HOUR, Interval.DAY}
        days = min(self.deadline_days, _MOST_DAYS_OF_SHORT_PLANS) if is_short else self.deadline_days
        return opened_at + TimeDelta(hours=24 * days)

    def last_call(self, opened_at: Instant, deadline_at: Instant) -> Instant | None:
        """Return from when on a payer is told that the end is near: so long before it, or in its second half."""
        if self.last_reminder is None:
            return None
        one = TimeDelta(microseconds=1)
        half = one * ((deadline_at - opened_at + one) // (one * 2))
        return max(deadline_at - self.last_reminder, opened_at + half)

    def reminders_of(self, asked_at: Instant, *, last_call: Instant | None) -> tuple[Instant, ...]:
        """Return when to remind a payer again of what they were first asked for then; the end may come before."""
        waits = {asked_at + wait for wait in self.reminders}
        return tuple(sorted(waits if last_call is None or last_call <= asked_at else waits | {last_call}))
