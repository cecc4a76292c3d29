from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, final

from whenever import Instant, Time

from duro.billing.failure_category import FailureCategory
from duro.billing.recovery.dunning_context import DunningContext
from duro.billing.recovery.dunning_decision import DunningAction, DunningCause, DunningDecision
from duro.billing.recovery.failure_code import Retryability
from duro.billing.recovery.instrument import Instrument
from duro.billing.recovery.network_budget import NetworkBudget
from duro.billing.recovery.next_try import NextTry
from duro.billing.recovery.payday_timing import PaydayTiming
from duro.billing.recovery.published_budget import PublishedBudget
from duro.billing.recovery.rail import Rail
from duro.billing.recovery.standing import Standing

_WHY: Final[Mapping[FailureCategory, str]] = {
    FailureCategory.INSUFFICIENT_FUNDS: "There wasn't enough money in the account.",
    FailureCategory.LIMIT_EXCEEDED: "The payment was above a limit that the bank has set.",
    FailureCategory.DO_NOT_HONOR: "The bank said no without a reason; most such answers change.",
    FailureCategory.PROCESSOR_ERROR: "The way to the bank was disturbed; the payer did nothing wrong.",
    FailureCategory.MANDATE_NOT_READY: "The bank approval isn't ready yet.",
}
_ASKS: Final = frozenset({DunningAction.REQUEST_CARD_UPDATE, DunningAction.REQUEST_AUTHENTICATION})
_DOUBTED_FROM: Final = 2
_WHY_UNKNOWN: Final = "The payment didn't go through and the reason wasn't given."


@final
@dataclass(frozen=True, slots=True)
class DunningStrategy:
    """What to do next about a failed charge: guards in order, the first that has something to say decides."""

    budget: NetworkBudget
    timing: PaydayTiming = field(default_factory=PaydayTiming)

    @classmethod
    def published(cls) -> "DunningStrategy":
        """Hold to the networks' rules as they were published."""
        return cls(PublishedBudget().budget())

    def decide(self, context: DunningContext) -> DunningDecision:
        """Decide; total, and the same for the same context."""
        standing = Standing.of(context, self.budget)
        next_try, method = NextTry(context, standing, self.budget), context.method
        decision = self._decide(next_try, method)
        reminders = self._reminders(decision, next_try)
        ends_at = context.deadline_at if decision.next_attempt_at is None else decision.next_attempt_at
        to_come = [at for at in reminders if context.now < at < ends_at]
        return replace(
            decision,
            remind_at=next(iter(to_come), None),
            reminders=sum(at <= context.now for at in reminders),
        )

    def _decide(self, next_try: NextTry, method: Instrument | None) -> DunningDecision:
        standing = next_try.standing
        over = self._end(next_try.context) or self._respect_payer(standing, method) or self._leave(next_try)
        if over is not None:
            return over
        if method is None or standing.needs_new_card:
            return self._ask_for_card(method)
        return (
            self._ask_for_authentication(standing)
            or self._wait_for_set_up(next_try, method)
            or self._ask_again(next_try)
            or self._hold(next_try)
            or self._soften(next_try, method)
            or self._wait_for_payday(next_try, method)
            or self._step(next_try, method)
        )

    @staticmethod
    def _reminders(decision: DunningDecision, next_try: NextTry) -> tuple[Instant, ...]:
        """Say when to remind who was asked for something, and who may have to do something: the bank said no twice.

        Whoever else is waited for is told once that the end is near, but for those who want no charges any more.
        """
        context, standing = next_try.context, next_try.standing
        last_call = context.last_call_at
        asked_at = context.opened_at if standing.last is None else standing.last.at
        is_doubted = decision.cause is DunningCause.SOFT_DECLINE and standing.soft_declines >= _DOUBTED_FROM
        if decision.action in _ASKS or is_doubted:
            return context.settings.reminders_of(asked_at, last_call=last_call)
        is_awaited = decision.action is DunningAction.AWAIT_CUSTOMER and decision.cause is not DunningCause.REVOKED
        return (last_call,) if is_awaited and last_call is not None and last_call > asked_at else ()

    @staticmethod
    def _end(context: DunningContext) -> DunningDecision | None:
        """Guard 1: the case is over."""
        if context.is_canceled:
            return DunningDecision(
                DunningAction.EXHAUST, DunningCause.CANCELED, "The subscription was canceled: nothing more is tried."
            )
        if context.now >= context.deadline_at:
            return DunningDecision(
                DunningAction.EXHAUST, DunningCause.DEADLINE_PASSED, "The time for collecting this payment is over."
            )
        if context.tries >= context.settings.max_tries:
            return DunningDecision(
                DunningAction.EXHAUST,
                DunningCause.TRIES_SPENT,
                f"The payment was tried {context.tries} times, as often as the settings allow.",
            )
        return None

    @staticmethod
    def _respect_payer(standing: Standing, method: Instrument | None) -> DunningDecision | None:
        """Guard 2, the payer's word: who stopped the charges may still pay and is never charged unasked."""
        if standing.revoked_at is None or (method is not None and not standing.is_revoked_for(method.added_at)):
            return None
        return DunningDecision(
            DunningAction.AWAIT_CUSTOMER,
            DunningCause.REVOKED,
            "The payer asked the bank to stop these charges: we charge nothing, and they can still pay.",
        )

    @staticmethod
    def _leave(next_try: NextTry) -> DunningDecision | None:
        """Guard 2, the network's word: an instrument that may never be tried again is left for another rail."""
        if not next_try.standing.is_barred:
            return None
        why = "This card or account can't be used for this payment."
        return next_try.switch(DunningCause.NEVER_AGAIN, why) or DunningDecision(
            DunningAction.REQUEST_CARD_UPDATE, DunningCause.NEVER_AGAIN, f"{why} The payer is asked for another."
        )

    @staticmethod
    def _ask_for_card(method: Instrument | None) -> DunningDecision:
        """Guard 3: without an instrument that could work there is no try until there is a new one."""
        if method is None:
            return DunningDecision(
                DunningAction.REQUEST_CARD_UPDATE,
                DunningCause.NO_METHOD,
                "There is no saved way to pay: the payer is asked to add one.",
            )
        return DunningDecision(
            DunningAction.REQUEST_CARD_UPDATE,
            DunningCause.NEW_CARD_NEEDED,
            "This card has expired or doesn't allow such payments: the payer is asked to add another.",
        )

    @staticmethod
    def _ask_for_authentication(standing: Standing) -> DunningDecision | None:
        """Guard 4: the bank wants its customer; a charge without them would meet the same answer."""
        if not standing.needs_authentication:
            return None
        return DunningDecision(
            DunningAction.REQUEST_AUTHENTICATION,
            DunningCause.AUTHENTICATION_NEEDED,
            "The bank wants the payer to approve this payment: they are asked for it.",
        )

    def _wait_for_set_up(self, next_try: NextTry, method: Instrument) -> DunningDecision | None:
        """Guard 5: a mandate says no, often a plain do not honor, until its bank has set it up."""
        if method.rail is not Rail.DIRECT_DEBIT:
            return None
        last, ready_at = next_try.standing.last, method.ready_at(self.budget.mandate_set_up)
        is_refused = next_try.standing.category is FailureCategory.MANDATE_NOT_READY
        if ready_at is None or (last is not None and is_refused and last.failure.retryable is Retryability.NO):
            return DunningDecision(
                DunningAction.AWAIT_CUSTOMER,
                DunningCause.MANDATE_NOT_ACTIVE,
                "The bank approval isn't active: it waits for the payer to finish it with their bank.",
            )
        is_soft = next_try.standing.category is FailureCategory.DO_NOT_HONOR
        if last is None or last.at >= ready_at or not (is_refused or is_soft):
            return None
        why = "The bank approval was given a short while ago and the bank is still setting it up."
        return next_try.charge(method, ready_at, action=DunningAction.RETRY, cause=DunningCause.MANDATE_SET_UP, why=why)

    @staticmethod
    def _ask_again(next_try: NextTry) -> DunningDecision | None:
        """Move an ask that stayed unanswered to the next rail; after the last one they may still pay.

        A method that was added since is tried first.
        """
        if not next_try.context.is_unanswered or next_try.standing.last is None:
            return None
        why = "The last request to pay wasn't answered."
        return next_try.switch(DunningCause.UNANSWERED, why) or DunningDecision(
            DunningAction.AWAIT_CUSTOMER, DunningCause.UNANSWERED, f"{why} The payer can still pay."
        )

    @staticmethod
    def _hold(next_try: NextTry) -> DunningDecision | None:
        """Guard 5, the table's word: a code that no repeat can answer otherwise isn't repeated unasked."""
        last = next_try.standing.last
        if last is None or last.failure.retryable is not Retryability.NO:
            return None
        why = "The same charge would meet the same answer."
        return next_try.switch(DunningCause.NOT_RETRYABLE, why) or DunningDecision(
            DunningAction.AWAIT_CUSTOMER, DunningCause.NOT_RETRYABLE, f"{why} The payer can pay another way."
        )

    def _soften(self, next_try: NextTry, method: Instrument) -> DunningDecision | None:
        """Guard 6: most refusals without a reason are soft, so a few tries are made, well apart and near paydays."""
        context, standing = next_try.context, next_try.standing
        if standing.last is None or standing.category is not FailureCategory.DO_NOT_HONOR:
            return None
        if standing.soft_declines >= context.settings.soft_tries:
            why = f"The bank said no {standing.soft_declines} times without a reason."
            return next_try.switch(DunningCause.SOFT_DECLINES_SPENT, why) or DunningDecision(
                DunningAction.REQUEST_CARD_UPDATE,
                DunningCause.SOFT_DECLINES_SPENT,
                f"{why} The payer is asked for another card.",
            )
        apart = max(standing.last.at + context.settings.soft_gap, context.now)
        left = min(context.settings.soft_tries - standing.soft_declines, context.settings.max_tries - context.tries)
        earliest, _ = next_try.earliest(method, apart)
        timed = self.timing.after_refusal(context, apart=apart, earliest=earliest, tries=left)
        return next_try.charge(
            method,
            apart if timed is None else timed.at,
            action=DunningAction.RETRY,
            cause=DunningCause.SOFT_DECLINE,
            why=_WHY[FailureCategory.DO_NOT_HONOR],
            chance_percent=None if timed is None else timed.chance_percent,
        )

    def _wait_for_payday(self, next_try: NextTry, method: Instrument) -> DunningDecision | None:
        """Guard 7: an empty account is tried when money is likelier, if there is such a time before the deadline."""
        if next_try.standing.category is not FailureCategory.INSUFFICIENT_FUNDS:
            return None
        context = next_try.context
        earliest, _ = next_try.earliest(method, context.now)
        timed = self.timing.after_empty(context, earliest=earliest, tries=context.settings.max_tries - context.tries)
        if timed is None:
            return None
        return next_try.charge(
            method,
            timed.at,
            action=DunningAction.RETRY_PAYDAY,
            cause=DunningCause.PAYDAY,
            why=f"{_WHY[FailureCategory.INSUFFICIENT_FUNDS]} {timed.why}",
            chance_percent=timed.chance_percent,
        )

    def _step(self, next_try: NextTry, method: Instrument) -> DunningDecision:
        """Guard 8: everything else is tried at the step of the ladder after its last try, a new method at once.

        A step that went by without its try, because something held that back, is still to be made.
        """
        context, last = next_try.context, next_try.standing.last
        if last is None:
            why = "There is a new way to pay."
            return next_try.charge(
                method, context.now, action=DunningAction.RETRY, cause=DunningCause.NEW_METHOD, why=why
            )
        category = last.failure.category
        schedule = context.settings.schedule
        step = schedule.next_after(last.at, opened_at=context.opened_at, category=category)
        if category is FailureCategory.LIMIT_EXCEEDED:
            step = max(step, self._next_day(context, last.at))
        why = _WHY.get(category, _WHY_UNKNOWN)
        return next_try.charge(method, step, action=DunningAction.RETRY, cause=DunningCause.NEXT_STEP, why=why)

    @staticmethod
    def _next_day(context: DunningContext, at: Instant) -> Instant:
        """Return the start of the payer's next local day: limits of banks are lifted by then."""
        return context.zone.instant(context.zone.local(at).date().add(days=1).at(Time.MIN))
