from dataclasses import dataclass
from typing import final

from whenever import Instant

from duro.billing.recovery.dunning_context import DunningContext
from duro.billing.recovery.dunning_decision import DunningAction, DunningCause, DunningDecision
from duro.billing.recovery.instrument import Instrument
from duro.billing.recovery.network_budget import NetworkBudget
from duro.billing.recovery.rail import Rail
from duro.billing.recovery.spoken_instant import SpokenInstant
from duro.billing.recovery.standing import Standing


@final
@dataclass(frozen=True, slots=True)
class NextTry:
    """The next try of a case: never sooner than networks, banks and budgets allow, never past the deadline."""

    context: DunningContext
    standing: Standing
    budget: NetworkBudget

    def charge(
        self,
        method: Instrument,
        planned_at: Instant,
        *,
        action: DunningAction,
        cause: DunningCause,
        why: str,
        chance_percent: int | None = None,
    ) -> DunningDecision:
        """Plan a charge of the method; without time for one, ask for a push of money, or give up.

        What may be charged at once is; what is to come is spread a little, so that not all comes at the same moment.
        """
        at, bound = self.earliest(method, planned_at)
        context = self.context
        if at >= context.deadline_at:
            return self.push(DunningCause.NO_TIME_LEFT, why) or DunningDecision(
                DunningAction.EXHAUST,
                DunningCause.NO_TIME_LEFT,
                f"{why} No further try is possible before the deadline on {self._say(context.deadline_at)}.",
            )
        spread_at = at + context.settings.schedule.jitter(context.schedule_id, len(context.attempts))
        if at > context.now and spread_at < context.deadline_at:
            at = spread_at
        return DunningDecision(
            action,
            cause,
            f"{why} The next try is on {self._say(at)}{bound}.",
            at,
            method.rail,
            chance_percent=chance_percent,
        )

    def switch(self, cause: DunningCause, why: str) -> DunningDecision | None:
        """Go on to the next rail that the payer can use and that nobody has tried, or None when there is none."""
        for rail in self.context.settings.rails:
            decision = self._to(rail, cause, why)
            if decision is not None:
                return decision
        return None

    def push(self, cause: DunningCause, why: str) -> DunningDecision | None:
        """Go on to the next rail on which the payer pushes money, or None when there is none."""
        for rail in self.context.settings.rails:
            decision = self._to(rail, cause, why) if rail.is_push else None
            if decision is not None:
                return decision
        return None

    def _to(self, rail: Rail, cause: DunningCause, why: str) -> DunningDecision | None:
        if self.context.was_tried(rail):
            return None
        starts = [
            (start, other.key) for other in self.context.others if (start := self._start(other, rail)) is not None
        ]
        at, key = min(starts, default=(self.context.deadline_at, None))
        if at >= self.context.deadline_at:
            return None
        words = f"{why} The payer can pay by {rail.words} instead, from {self._say(at)}."
        return DunningDecision(
            DunningAction.SWITCH_RAIL, cause, words, at, rail, instrument_key=key if rail.is_pull else None
        )

    def _start(self, other: Instrument, rail: Rail) -> Instant | None:
        """Return when the payer could use it: not a mandate that isn't active, nor one given before all was revoked."""
        if other.rail is not rail or (rail.is_pull and self.standing.is_revoked_for(other.added_at)):
            return None
        ready_at = other.ready_at(self.budget.mandate_set_up)
        if ready_at is None:
            return None
        at, quiet_hours = max(ready_at, self.context.now), self.context.settings.quiet_hours
        return at if rail.is_pull or quiet_hours is None else quiet_hours.next_allowed(at, self.context.zone)

    def earliest(self, method: Instrument, planned_at: Instant) -> tuple[Instant, str]:
        """Return the latest of what holds the try back, and which of it did, if it was later than the plan."""
        standing, context = self.standing, self.context
        at, bound = max(planned_at, context.now), ""
        is_first = not any(attempt.instrument.is_same_card(method) for attempt in context.attempts)
        allowed = self.budget.earliest(context.usage, at=at, is_first=is_first)
        if allowed.rule is not None:
            at, bound = allowed.at, f", because only {allowed.rule.words} may be made"
        if standing.waits_until is not None and standing.waits_until > at:
            at, bound = standing.waits_until, ", because the card network asked to wait until then"
        if context.issuer_ready_at is not None and context.issuer_ready_at > at:
            at, bound = context.issuer_ready_at, ", when the bank should be reachable again"
        ready_at = method.ready_at(self.budget.mandate_set_up)
        if ready_at is not None and ready_at > at:
            at, bound = ready_at, ", when the bank's set-up is over"
        return at, bound

    def _say(self, at: Instant) -> SpokenInstant:
        return SpokenInstant(at, self.context.zone)
