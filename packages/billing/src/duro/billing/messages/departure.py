from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from whenever import Instant

from duro.billing.messages.message_kind import MessageKind
from duro.billing.messages.nudge_cap import NudgeCap
from duro.billing.messages.quiet_hours import QuietHours
from duro.billing.zone import Zone


@final
@dataclass(frozen=True, slots=True)
class Departure:
    """When a message may leave: not in quiet hours, and a nudge not on a day that has had its nudge."""

    quiet_hours: QuietHours = field(default_factory=QuietHours)
    nudge_cap: NudgeCap = field(default_factory=NudgeCap)

    def earliest(self, kind: MessageKind, at: Instant, zone: Zone, *, nudged_at: Sequence[Instant] = ()) -> Instant:
        """Return the instant itself if the message may leave then, else the first later one at which it may."""
        if kind.leaves_at_once:
            return at
        moment = self.quiet_hours.next_allowed(at, zone)
        if not kind.is_nudge:
            return moment
        while (allowed := self.nudge_cap.next_allowed(moment, zone, nudged_at=nudged_at)) != moment:
            moment = self.quiet_hours.next_allowed(allowed, zone)
        return moment
