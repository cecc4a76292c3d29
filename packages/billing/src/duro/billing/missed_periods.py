from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias, final

from whenever import Instant, TimeDelta

from duro.billing.event_type import EventType
from duro.billing.interval import Cadence
from duro.billing.subscription import Subscription, SubscriptionChange

_APART: Final = TimeDelta(hours=24)


class MissedPeriods(StrEnum):
    """What becomes of periods that went by wholly while the payer owed an earlier one."""

    BILL = "bill"
    SKIP = "skip"

    @classmethod
    def usual_for(cls, cadence: Cadence) -> "MissedPeriods":
        """Return the default: months and longer are billed, hours, days and weeks are skipped."""
        return cls.BILL if cadence.months else cls.SKIP


@final
@dataclass(frozen=True, slots=True)
class NothingMissed:
    """No period went by wholly, or the subscription doesn't renew."""


@final
@dataclass(frozen=True, slots=True)
class BillMissed:
    """That many periods went by: an ordinary renewal each, oldest first, a day apart."""

    count: int


@final
@dataclass(frozen=True, slots=True)
class SkipMissed:
    """That many periods are left out, and the one that contains now is due."""

    change: SubscriptionChange
    skipped_periods: int


MissedPeriodsPlan: TypeAlias = NothingMissed | BillMissed | SkipMissed


@final
class MissedPeriodsPlanner:
    """What a subscription that was recovered late does about the time in between."""

    @classmethod
    def plan(cls, subscription: Subscription, policy: MissedPeriods, now: Instant) -> MissedPeriodsPlan:
        """Decide. A period is missed if it was over by now; the one that contains now is billed as ever."""
        if not subscription.is_due(now):
            return NothingMissed()
        missed = subscription.cycle.periods_between(subscription.current_period_end, now)
        if not missed:
            return NothingMissed()
        if policy is MissedPeriods.BILL:
            return BillMissed(missed)
        start = subscription.cycle.boundary_on_or_before(now)
        skipped = replace(subscription, current_period_start=start, current_period_end=start)
        return SkipMissed(skipped.told(EventType.SUBSCRIPTION_UPDATED), missed)

    @staticmethod
    def paced(subscription: Subscription, policy: MissedPeriods, now: Instant) -> Subscription:
        """Let a payer who has just paid be charged for what is due already a day later, and then once a day.

        Periods of a day or less would never be caught up with like that: they are billed at once.
        """
        is_behind = subscription.is_due(now) and policy is MissedPeriods.BILL
        if not is_behind or subscription.next_period().end <= subscription.current_period_end + _APART:
            return replace(subscription, renews_from=None)
        return replace(subscription, renews_from=now + _APART)

    @staticmethod
    def spaced(subscription: Subscription, taken_from: Instant) -> Subscription:
        """Let one that catches up wait a day longer than the last of the others that do on the same card."""
        if subscription.renews_from is None or subscription.renews_from >= taken_from + _APART:
            return subscription
        return replace(subscription, renews_from=taken_from + _APART)
