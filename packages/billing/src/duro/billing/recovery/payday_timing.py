from dataclasses import dataclass, field
from typing import Final, final

from whenever import Instant

from duro.billing.failure_category import FailureCategory
from duro.billing.recovery.dunning_context import DunningContext
from duro.billing.recovery.payday.local_days import LocalDays
from duro.billing.recovery.payday.payday_planner import PaydayPlanner, Refusals
from duro.billing.recovery.payday.payday_words import PaydayWords
from duro.billing.recovery.payday_awareness import PaydayAwareness

_LIKELY_DAYS: Final = frozenset({25, 28, 1})
_LEAST_DAYS_APART: Final = 2


@final
@dataclass(frozen=True, slots=True)
class TimedTry:
    """When to try, why then, and the chance in percent that it succeeds, where one is said."""

    at: Instant
    why: str = ""
    chance_percent: int | None = None


@final
@dataclass(frozen=True, slots=True)
class PaydayTiming:
    """When money is tried for, as the merchant chose: by the calendar, hedged, or by what was seen of the payer.

    `earliest` is from when networks, banks and budgets allow a try. No answer means that no such time is left, or that
    the calendar has none.
    """

    planner: PaydayPlanner = field(default_factory=PaydayPlanner)

    def after_empty(self, context: DunningContext, *, earliest: Instant, tries: int) -> TimedTry | None:
        """Say when to try an account again that was empty, with so many tries left."""
        if context.settings.payday_aware is not PaydayAwareness.CALENDAR:
            return self._by_evenings(context, earliest=earliest, tries=tries)
        if context.paydays.is_payday(context.now):
            return None
        payday = context.paydays.next_after(context.now)
        return TimedTry(payday, "Money is likelier to be there on payday.") if payday < context.deadline_at else None

    def after_refusal(
        self, context: DunningContext, *, apart: Instant, earliest: Instant, tries: int
    ) -> TimedTry | None:
        """Say when to try again what was refused without a reason, far enough apart, with so many tries left."""
        if context.settings.payday_aware is not PaydayAwareness.CALENDAR:
            return self._by_evenings(context, earliest=earliest, tries=tries)
        near = context.paydays.near(apart)
        return TimedTry(near) if near < context.deadline_at else None

    def _by_evenings(self, context: DunningContext, *, earliest: Instant, tries: int) -> TimedTry | None:
        calendar = LocalDays(context.zone)
        days = calendar.evenings(earliest, context.deadline_at)
        if not days:
            return None
        if context.settings.payday_aware is PaydayAwareness.HEDGED:
            return self._hedged(context, calendar, days, tries)
        return self._learned(context, calendar, days, tries)

    @staticmethod
    def _hedged(context: DunningContext, calendar: LocalDays, days: range, tries: int) -> TimedTry:
        """Spread the tries evenly over what is left, and move the next to a likely payday that comes before it."""
        today = calendar.of(context.now)
        apart = max(_LEAST_DAYS_APART, (days[-1] - today) // tries)
        for day in days:
            if day - today >= _LEAST_DAYS_APART and calendar.day_of_month(day) in _LIKELY_DAYS:
                return TimedTry(calendar.evening(day), "Many people are paid about then.")
            if day - today >= apart:
                return TimedTry(calendar.evening(day), "Tries are spread over the days that remain.")
        return TimedTry(calendar.evening(days[-1]), "It is the last day for a try.")

    def _learned(self, context: DunningContext, calendar: LocalDays, days: range, tries: int) -> TimedTry:
        planned = self.planner.next_try(context.profile, days, tries=tries, refusals=self._refusals(context, calendar))
        why = PaydayWords(context.profile, calendar).why(planned.day)
        return TimedTry(calendar.evening(planned.day), why, planned.chance_percent)

    @staticmethod
    def _refusals(context: DunningContext, calendar: LocalDays) -> Refusals:
        by_category: dict[FailureCategory, list[int]] = {}
        for attempt in context.attempts:
            by_category.setdefault(attempt.failure.category, []).append(calendar.of(attempt.at))
        return Refusals(
            empty=tuple(by_category.get(FailureCategory.INSUFFICIENT_FUNDS, ())),
            vague=tuple(by_category.get(FailureCategory.DO_NOT_HONOR, ())),
            is_vague_last=context.attempts[-1].failure.category is FailureCategory.DO_NOT_HONOR,
        )
