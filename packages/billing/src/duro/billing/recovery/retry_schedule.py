from dataclasses import dataclass
from hashlib import blake2b
from typing import final

from whenever import Instant, TimeDelta

from duro.billing.failure_category import FailureCategory
from duro.kernel import DunningScheduleId


@final
@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """The ladder of tries from the first failure on, and how far cases are spread so that they don't all try at once.

    What a processor broke is tried again sooner. Past its last step the ladder goes on, a gap after every failure.
    """

    steps: tuple[TimeDelta, ...] = (
        TimeDelta(hours=24),
        TimeDelta(hours=72),
        TimeDelta(hours=120),
        TimeDelta(hours=168),
    )
    processor_start: TimeDelta = TimeDelta(hours=1)
    gap: TimeDelta = TimeDelta(hours=48)
    spread_seconds: int = 600

    def __post_init__(self) -> None:
        rising = (TimeDelta.ZERO, *self.steps)
        if len(rising) < 2 or any(step <= before for before, step in zip(rising, self.steps, strict=False)):
            message = "The steps of a retry schedule rise from the first failure on."
            raise ValueError(message)
        if self.processor_start <= TimeDelta.ZERO or self.gap <= TimeDelta.ZERO or self.spread_seconds < 0:
            message = "A retry schedule never waits less than nothing."
            raise ValueError(message)

    def next_after(self, now: Instant, *, opened_at: Instant, category: FailureCategory) -> Instant:
        """Return the next step later than `now`, counted from the first failure."""
        if category is FailureCategory.PROCESSOR_ERROR and opened_at + self.processor_start > now:
            return opened_at + self.processor_start
        for step in self.steps:
            if opened_at + step > now:
                return opened_at + step
        return now + self.gap

    def jitter(self, schedule_id: DunningScheduleId, attempt: int) -> TimeDelta:
        """Return the case's own delay of this attempt, whole seconds below the spread: always the same."""
        if not self.spread_seconds:
            return TimeDelta.ZERO
        digest = blake2b(schedule_id.value.bytes + attempt.to_bytes(4), digest_size=8).digest()
        return TimeDelta(seconds=int.from_bytes(digest) % self.spread_seconds)
