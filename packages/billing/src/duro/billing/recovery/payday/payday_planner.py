from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from duro.billing.recovery.payday.particle_weights import ParticleWeights
from duro.billing.recovery.payday.payday_outlook import PaydayOutlook
from duro.billing.recovery.payday.payday_profile import PaydayProfile
from duro.billing.recovery.payday.try_plan import TryPlan


@final
@dataclass(frozen=True, slots=True)
class PlannedTry:
    """A day on which to try, and how likely the charge succeeds then, from 0 to 1."""

    day: int
    chance: float

    @property
    def chance_percent(self) -> int:
        return round(100 * self.chance)


@final
@dataclass(frozen=True, slots=True)
class Refusals:
    """The days on which a case's tries found the account empty, and those on which the bank gave no reason."""

    empty: tuple[int, ...] = ()
    vague: tuple[int, ...] = ()
    is_vague_last: bool = False


@final
@dataclass(frozen=True, slots=True)
class PaydayPlanner:
    """Plans the next tries of a case where most money is expected soonest, and returns the first of them.

    Each try is planned for those ways of the next weeks that the others don't meet: tries are held back for a payday
    that is likely, and spread where nothing is known. Money that comes a day later is worth `kept_a_day` of itself. A
    failed try costs a share of the invoice: about one payer in a hundred leaves over it and its message, and a year of
    invoices with them. Ways that a refusal speaks against are halved so many times. Of refusals without a reason a
    share passes, of which a part is left after each day; most have nothing to do with money, so that less is worth
    waiting for.
    """

    outlook: PaydayOutlook = field(default_factory=PaydayOutlook)
    kept_a_day: float = 0.99
    cost: float = 0.12
    empty_halvings: int = 3
    vague_halvings: int = 1
    vague_passing: float = 0.6
    vague_left_a_day: float = 0.3
    vague_kept_a_day: float = 0.96

    def next_try(
        self, profile: PaydayProfile, days: Sequence[int], *, tries: int, refusals: Refusals | None = None
    ) -> PlannedTry:
        """Return the first of at most so many tries, planned on some of the days; those rise, and there is one."""
        refused = Refusals() if refusals is None else refusals
        empty_on = self._empty_on(profile, refused)
        kept = self.vague_kept_a_day if refused.is_vague_last else self.kept_a_day
        passing = {day: self._passing(day - days[0] + 2) if refused.is_vague_last else 1.0 for day in days}
        plan = TryPlan(
            weights=self._weights(profile, refused),
            ways={day: self.outlook.there(day, empty_on=empty_on) for day in days},
            worth={day: passing[day] * kept ** (day - days[0]) for day in days},
            cost=self.cost,
        )
        for _ in range(tries):
            if not plan.add():
                break
        first = min(plan.planned)
        return PlannedTry(first, plan.chance(first) * passing[first])

    def _weights(self, profile: PaydayProfile, refused: Refusals) -> ParticleWeights:
        weights = self.outlook.weights(profile)
        for days, halvings in ((refused.empty, self.empty_halvings), (refused.vague, self.vague_halvings)):
            against = 0
            for day in days:
                against |= self.outlook.regular(day)
            if against:
                weights = weights.doubting(against, halvings)
        return weights

    def _passing(self, days: int) -> float:
        """Return how likely a refusal without a reason has passed so many days after it."""
        return self.vague_passing * (1 - self.vague_left_a_day**days)

    @staticmethod
    def _empty_on(profile: PaydayProfile, refused: Refusals) -> int | None:
        """Return the last day on which the account is known to have been empty, with no money seen since."""
        last = profile.last_day
        seen = last if last is not None and not profile.is_last_money else None
        return max((day for day in (seen, *refused.empty) if day is not None), default=None)
