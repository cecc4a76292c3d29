from typing import final

from whenever import Instant

from duro.db.records import DunningEvent, DunningEventId, DunningEventKind, DunningSchedule
from duro.kernel import IdFactory


@final
class CaseEvents:
    """What a merchant reads about a recovery case: each step with the sentence that explains it."""

    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids

    def of(self, schedule: DunningSchedule, kind: DunningEventKind, *, now: Instant) -> DunningEvent:
        """Write a step down, with the case as it is after it."""
        return DunningEvent(
            id=self._ids.new(DunningEventId),
            schedule_id=schedule.id,
            kind=kind,
            action=schedule.action,
            cause=schedule.cause,
            rail=schedule.rail,
            next_attempt_at=schedule.next_attempt_at,
            reason=schedule.reason,
            created_at=now,
        )
