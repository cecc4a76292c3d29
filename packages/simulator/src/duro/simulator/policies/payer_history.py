from dataclasses import dataclass, field
from typing import TypeAlias, final

from whenever import TimeDelta

from duro.billing import Zone
from duro.billing.recovery import PaydayBank, PaydayProfile
from duro.billing.recovery import Sighting as Seen
from duro.simulator.answer import Sighting
from duro.simulator.case_view import CaseView
from duro.simulator.timeline import Timeline

_Seen: TypeAlias = tuple[tuple[int, int], ...]


@final
@dataclass(frozen=True, slots=True)
class PayerHistory:
    """Builds a payer's profile of what a view shows by now; what was worked out once is kept."""

    bank: PaydayBank
    zone: Zone
    known: dict[_Seen, PaydayProfile] = field(default_factory=dict[_Seen, PaydayProfile])

    def profile(self, view: CaseView, row: int) -> PaydayProfile:
        now = int(view.now[row])
        seen = zip(view.seen_at[row].tolist(), view.seen[row].tolist(), strict=True)
        return self._of(tuple(sorted((at, what) for at, what in seen if at <= now and what != Sighting.NOTHING)))

    def _of(self, seen: _Seen) -> PaydayProfile:
        if not seen:
            return PaydayProfile()
        found = self.known.get(seen)
        if found is None:
            at, what = seen[-1]
            sighting = Seen(Timeline.START + TimeDelta(seconds=at * Timeline.SECONDS), what == Sighting.MONEY)
            found = self.bank.seen(self._of(seen[:-1]), sighting, zone=self.zone)
            self.known[seen] = found
        return found
