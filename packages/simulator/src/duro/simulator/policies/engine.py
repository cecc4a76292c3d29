from dataclasses import dataclass, replace
from typing import ClassVar, Final, final
from uuid import UUID

from whenever import Instant, TimeDelta

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningAttempt,
    DunningContext,
    DunningDecision,
    DunningSettings,
    DunningStrategy,
    FailureCode,
    Instrument,
    Network,
    PaydayAwareness,
    PaydayProfile,
    Rail,
)
from duro.kernel import DunningScheduleId
from duro.simulator.answer import Answer, Way
from duro.simulator.case_view import CaseView
from duro.simulator.plan import Move, Plan
from duro.simulator.policies.payer_history import PayerHistory
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline

_CATEGORY_OF: Final = {
    Answer.INSUFFICIENT_FUNDS: FailureCategory.INSUFFICIENT_FUNDS,
    Answer.DO_NOT_HONOR: FailureCategory.DO_NOT_HONOR,
    Answer.PROCESSOR_ERROR: FailureCategory.PROCESSOR_ERROR,
    Answer.EXPIRED_CARD: FailureCategory.EXPIRED_CARD,
    Answer.HARD_DECLINE: FailureCategory.HARD_DECLINE,
    Answer.AUTHENTICATION_REQUIRED: FailureCategory.AUTHENTICATION_REQUIRED,
    Answer.NOTHING: FailureCategory.UNKNOWN,
}
_NETWORKS: Final = (Network.VISA, Network.MASTERCARD, Network.VERVE)
_PUSHES: Final = (Rail.USSD, Rail.TRANSFER, Rail.VIRTUAL_ACCOUNT)


@final
@dataclass(frozen=True, slots=True)
class EnginePolicy:
    """The engine's own DunningStrategy in one of its modes: it sees each case as the engine would."""

    CALENDAR: ClassVar[str] = "duro_calendar"
    HEDGED: ClassVar[str] = "duro_hedged"
    LEARNED: ClassVar[str] = "duro_learned"
    UNREMINDED: ClassVar[str] = "duro_learned_unreminded"
    CAUTIOUS: ClassVar[str] = "duro_learned_cautious"
    DEFAULT: ClassVar[str] = "duro_learned_default"

    name: str
    settings: DunningSettings
    strategy: DunningStrategy
    zone: Zone
    history: PayerHistory

    @classmethod
    def calendar(cls, terms: Terms | None) -> "EnginePolicy":
        """Let the plain rule work on such terms, or with the default settings."""
        return cls._of(cls.CALENDAR, DunningSettings(payday_aware=PaydayAwareness.CALENDAR), terms)

    @classmethod
    def hedged(cls, terms: Terms | None) -> "EnginePolicy":
        """Let likely paydays and the days between them be tried on such terms, or 6 times in 30 days."""
        return cls._of(cls.HEDGED, cls._six(PaydayAwareness.HEDGED), terms)

    @classmethod
    def learned(cls, terms: Terms | None) -> "EnginePolicy":
        """Let paydays be learned on such terms, or with 6 tries in 30 days."""
        return cls._of(cls.LEARNED, cls._six(PaydayAwareness.LEARNED), terms)

    @classmethod
    def unreminded(cls, terms: Terms | None) -> "EnginePolicy":
        """Learn as `learned` does, and ask payers once for what only they can do."""
        return cls._of(
            cls.UNREMINDED, replace(cls._six(PaydayAwareness.LEARNED), reminders=(), last_reminder=None), terms
        )

    @classmethod
    def cautious(cls, terms: Terms | None) -> "EnginePolicy":
        """Learn as `learned` does, and stop after three refusals without a reason, as the default settings say."""
        settings = replace(cls._six(PaydayAwareness.LEARNED), soft_tries=DunningSettings().soft_tries)
        return cls._of(cls.CAUTIOUS, settings, terms)

    @classmethod
    def default(cls, terms: Terms | None) -> "EnginePolicy":
        """Let paydays be learned with the default settings: fewer tries, a longer time, three refusals."""
        return cls._of(cls.DEFAULT, DunningSettings(payday_aware=PaydayAwareness.LEARNED), terms)

    @staticmethod
    def _six(mode: PaydayAwareness) -> DunningSettings:
        """Allow six tries after the renewal whatever the bank said: a refusal without a reason may be want of money."""
        return DunningSettings(payday_aware=mode, max_tries=7, deadline_days=30, soft_tries=7)

    @classmethod
    def _of(cls, name: str, settings: DunningSettings, terms: Terms | None) -> "EnginePolicy":
        if terms is not None:
            settings = replace(settings, max_tries=terms.tries + 1, deadline_days=terms.days)
            name = terms.named(name)
        strategy, zone = DunningStrategy.published(), Zone("Africa/Lagos")
        return cls(name, settings, strategy, zone, PayerHistory(strategy.timing.planner.outlook.bank, zone))

    @property
    def most_tries(self) -> int:
        return self.settings.max_tries - 1

    @property
    def window_days(self) -> int:
        return self.settings.deadline_days

    def decide(self, view: CaseView) -> Plan:
        plan = Plan.waiting(len(view))
        for row in range(len(view)):
            decision = self.strategy.decide(self._context(view, row))
            if decision.remind_at is not None:
                plan.move[row], plan.at[row] = Move.ASK, Timeline.slot_of(decision.remind_at)
            elif decision.next_attempt_at is not None:
                self._write(plan, view, row, decision, decision.next_attempt_at)
        return plan

    @classmethod
    def _write(cls, plan: Plan, view: CaseView, row: int, decision: DunningDecision, at: Instant) -> None:
        plan.at[row] = Timeline.slot_of(at)
        if decision.action is DunningAction.SWITCH_RAIL:
            plan.move[row], plan.way[row] = Move.ASK, Way.PUSH
            plan.at[row] = max(int(plan.at[row]), int(view.messaged_at[row]) + Timeline.DAY)
        else:
            plan.move[row] = Move.CHARGE
            if decision.chance_percent is not None:
                plan.expected[row] = decision.chance_percent / 100

    def _context(self, view: CaseView, row: int) -> DunningContext:
        card = self._card(view, row, int(view.card_added_at[row]))
        attempts = tuple(self._attempts(view, row))
        now = self._instant(int(view.now[row]))
        if attempts[-1].instrument.rail.is_push:
            now = max(now, attempts[-1].at + self.settings.push_patience)
        return DunningContext(
            schedule_id=DunningScheduleId(UUID(int=int(view.case[row]))),
            opened_at=self._instant(int(view.opened_at[row])),
            deadline_at=self._instant(int(view.deadline_at[row])),
            now=now,
            attempts=attempts,
            method=card,
            zone=self.zone,
            others=self._pushes(view, row) if view.can_push[row] else (),
            usage=self._usage(attempts, card),
            settings=self.settings,
            profile=self._profile(view, row),
        )

    def _profile(self, view: CaseView, row: int) -> PaydayProfile:
        if self.settings.payday_aware is not PaydayAwareness.LEARNED:
            return PaydayProfile()
        return self.history.profile(view, row)

    def _attempts(self, view: CaseView, row: int) -> list[DunningAttempt]:
        """Read the case's columns; the card of each try is the one that was there at its time."""
        tries = int(view.tries[row])
        added_at, opened_at = int(view.card_added_at[row]), int(view.opened_at[row])
        pushes = self._pushes(view, row)
        attempts: list[DunningAttempt] = []
        asked = 0
        columns = (view.tried_at[row, :tries], view.answers[row, :tries], view.ways[row, :tries])
        for at, answer, way in zip(*(column.tolist() for column in columns), strict=True):
            if way == Way.PUSH:
                instrument = pushes[min(asked, len(pushes) - 1)]
                asked += 1
            else:
                instrument = self._card(view, row, added_at if at >= added_at else opened_at - 1)
            code = FailureCode.typical(_CATEGORY_OF[Answer(answer)])
            is_manual = at == int(view.authenticated_at[row])
            attempts.append(DunningAttempt(self._instant(at), instrument, code, is_manual=is_manual))
        return attempts

    def _card(self, view: CaseView, row: int, added_at: int) -> Instrument:
        network = _NETWORKS[int(view.network[row])]
        return Instrument(f"card {added_at}", Rail.CARD, self._instant(added_at), network)

    def _pushes(self, view: CaseView, row: int) -> tuple[Instrument, ...]:
        opened_at = self._instant(int(view.opened_at[row]))
        return tuple(Instrument(rail.value, rail, opened_at) for rail in _PUSHES)

    @staticmethod
    def _usage(attempts: tuple[DunningAttempt, ...], card: Instrument) -> CardUsage:
        """Count this case's declines of the card; what other cases used isn't shown."""
        declines = tuple(attempt for attempt in attempts if attempt.instrument.key == card.key)
        verdicts = tuple(attempt.at for attempt in declines if attempt.failure.is_verdict and not attempt.is_manual)
        times = tuple(attempt.at for attempt in declines)
        return CardUsage(card.network, "simulated", verdicts, times, times)

    @staticmethod
    def _instant(slot: int) -> Instant:
        return Timeline.START + TimeDelta(seconds=slot * Timeline.SECONDS)
