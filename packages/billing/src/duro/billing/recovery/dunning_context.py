from dataclasses import dataclass, field
from typing import final

from whenever import Instant, TimeDelta

from duro.billing.recovery.card_usage import CardUsage
from duro.billing.recovery.dunning_settings import DunningSettings
from duro.billing.recovery.failure_code import FailureCode
from duro.billing.recovery.instrument import Instrument
from duro.billing.recovery.payday.payday_profile import PaydayProfile
from duro.billing.recovery.payday_window import PaydayWindow
from duro.billing.recovery.paydays import Paydays
from duro.billing.recovery.rail import Rail
from duro.billing.zone import Zone
from duro.kernel import DunningScheduleId


@final
@dataclass(frozen=True, slots=True)
class DunningAttempt:
    """One try of a case that brought no money: a charge that was declined, or a payment request left unanswered.

    A manual one was asked for by the payer or the merchant and is no part of the plan.
    """

    at: Instant
    instrument: Instrument
    failure: FailureCode
    advice: str | None = None
    is_manual: bool = False

    @property
    def is_planned_charge(self) -> bool:
        return self.instrument.rail.is_pull and not self.is_manual

    def is_verdict(self, set_up: TimeDelta) -> bool:
        """Say whether the payer's bank judged a charge: only verdicts use up Duro's own budget.

        It judges nothing while the way to it is broken or a mandate is being set up; a network counts every decline.
        """
        ready_at = self.instrument.ready_at(set_up)
        return self.instrument.rail.is_pull and self.failure.is_verdict and ready_at is not None and self.at >= ready_at


@final
@dataclass(frozen=True, slots=True)
class DunningContext:
    """All that a decision about a case depends on; attempts are oldest first, the first failure among them.

    `method` is the card or mandate that would be charged next, `usage` is its own, and `others` is what else the
    payer could pay with. `paydays` is the calendar's rule, `profile` what was seen by now of when the payer has money.
    `issuer_ready_at` is when the issuer's bad hours end, if it has any now; `revoked_at` is when the payer stopped this
    merchant's charges, if that was in another case.
    """

    schedule_id: DunningScheduleId
    opened_at: Instant
    deadline_at: Instant
    now: Instant
    attempts: tuple[DunningAttempt, ...]
    method: Instrument | None
    zone: Zone
    others: tuple[Instrument, ...] = ()
    usage: CardUsage = field(default_factory=CardUsage)
    settings: DunningSettings = field(default_factory=DunningSettings)
    paydays: Paydays = field(default_factory=PaydayWindow)
    profile: PaydayProfile = field(default_factory=PaydayProfile)
    issuer_ready_at: Instant | None = None
    revoked_at: Instant | None = None
    is_canceled: bool = False

    @property
    def tries(self) -> int:
        """Count the planned charges made so far; requests to the payer and tries by hand aren't among them."""
        return sum(attempt.is_planned_charge for attempt in self.attempts)

    @property
    def is_unanswered(self) -> bool:
        """Say whether the last thing done was to ask the payer to push money."""
        return bool(self.attempts) and self.attempts[-1].instrument.rail.is_push

    @property
    def last_call_at(self) -> Instant | None:
        return self.settings.last_call(self.opened_at, self.deadline_at)

    def is_last_chance(self, next_attempt_at: Instant | None) -> bool:
        """Say whether the end is what comes next: it is near, or the try to come is the last of a plan of several."""
        is_near = self.last_call_at is not None and self.now >= self.last_call_at
        is_last_try = next_attempt_at is not None and 1 < self.tries == self.settings.max_tries - 1
        return is_near or is_last_try

    def was_tried(self, rail: Rail) -> bool:
        return any(attempt.instrument.rail is rail for attempt in self.attempts)
