from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.recovery import (
    AllowedFrom,
    DunningAction,
    DunningContext,
    DunningStrategy,
    PaydayAwareness,
    Rail,
)
from duro.db import Repositories, RepositoryContexts
from duro.db.message_rows import Letters, Message
from duro.db.push_rows import PaymentRequest
from duro.db.records import PaymentAttempt
from duro.db.recovery import CaseSubject
from duro.db.recovery_settings import RecoverySettings
from duro.kernel import Clock, CustomerId, DunningScheduleId, IdFactory, InvoiceId, SubscriptionId, TenantId
from duro.merchant_api.billing.card_records import CardRecords
from duro.merchant_api.billing.card_verdicts import CardVerdicts
from duro.merchant_api.billing.charge_order import ChargeOrder, ClaimResult, Concluded
from duro.merchant_api.billing.gateways import GatewayRegistry
from duro.merchant_api.billing.outcomes import Renewal, RenewalOutcome
from duro.merchant_api.dunning.case_contexts import CaseContexts
from duro.merchant_api.dunning.case_drafts import LAST_LOOK, TRIES, CaseDrafts, DecidedCase
from duro.merchant_api.dunning.payday_learning import LearnedProfile, PaydayLearning
from duro.merchant_api.messages.message_drafts import MessageDrafts
from duro.merchant_api.pushed.push_rails import PushRails
from duro.merchant_api.pushed.request_order import RequestOrder
from duro.payments import FailureCodes

_REMEMBERED: Final = TimeDelta(hours=24 * 30)
_SKIPPED: Final = Concluded(Renewal(RenewalOutcome.SKIPPED))


@final
@dataclass(slots=True)
class _Round:
    """What one claim has decided so far: at most one case of a subscription, and one try of a card."""

    results: dict[DunningScheduleId, ClaimResult]
    subscriptions: set[SubscriptionId] = field(default_factory=set[SubscriptionId])
    undecided: list[tuple[CaseSubject, DunningContext]] = field(
        default_factory=list[tuple[CaseSubject, DunningContext]]
    )
    decided: list[DecidedCase] = field(default_factory=list[DecidedCase])
    tries: dict[DunningScheduleId, tuple[CaseSubject, PaymentAttempt]] = field(
        default_factory=dict[DunningScheduleId, tuple[CaseSubject, PaymentAttempt]]
    )
    attempts: Sequence[PaymentAttempt] = ()
    asked: Sequence[PaymentRequest] = ()
    letters: Mapping[InvoiceId, Letters] = field(default_factory=dict[InvoiceId, Letters])
    wishes: RecoverySettings = field(default_factory=RecoverySettings)
    messages: list[Message] = field(default_factory=list[Message])
    requests: list[RequestOrder] = field(default_factory=list[RequestOrder])
    hastened: list[InvoiceId] = field(default_factory=list[InvoiceId])
    cards: set[bytes] = field(default_factory=set[bytes])

    def counted(self, subject: CaseSubject, context: DunningContext) -> DunningContext:
        """Count what this claim has tried the card of before: whether a bank judges that isn't known yet."""
        if subject.method is None or subject.method.card_key not in self.cards:
            return context
        return replace(context, usage=context.usage.tried(context.now))


@final
@dataclass(frozen=True, slots=True)
class ClaimedCases:
    """What a claim has decided of cases: what is to be charged or over for each, and what payers are to be asked."""

    results: dict[DunningScheduleId, ClaimResult]
    requests: tuple[RequestOrder, ...] = ()


@final
class DunningClaims:
    """Transaction one of working on recovery cases: lock them, decide what is open, claim what is to be tried."""

    def __init__(
        self, contexts: RepositoryContexts, gateways: GatewayRegistry, *, ids: IdFactory, clock: Clock, lease: TimeDelta
    ) -> None:
        self._contexts = contexts
        self._gateways = gateways
        self._clock = clock
        codes = FailureCodes.bundled()
        self._strategy = DunningStrategy.published()
        self._verdicts = CardVerdicts(codes, self._strategy.budget)
        self._paydays = PaydayLearning(codes=codes, bank=self._strategy.timing.planner.outlook.bank)
        self._drafts = CaseDrafts(ids=ids, clock=clock, lease=lease)
        self._messages = MessageDrafts(ids)
        self._rails = PushRails(gateways)

    async def claim(self, tenant_id: TenantId, ids: Sequence[DunningScheduleId]) -> ClaimedCases:
        """Look at these cases of one tenant in one transaction; one that is closed or sleeps is skipped."""
        found = _Round(dict.fromkeys(ids, _SKIPPED))
        async with self._contexts.open(tenant_id) as repos:
            now = self._clock.now()
            subjects = [
                subject
                for subject in await repos.recovery.lock(ids)
                if self._is_awake(subject, now) and not subject.is_tenant_suspended
            ]
            if subjects:
                await self._work(repos, subjects, found, now=now)
        return ClaimedCases(found.results, tuple(found.requests))

    async def _work(self, repos: Repositories, subjects: Sequence[CaseSubject], found: _Round, *, now: Instant) -> None:
        keys = sorted({subject.method.card_key for subject in subjects if subject.method is not None})
        tries = await repos.card_tries.lock(keys, since=now - _REMEMBERED) if keys else {}
        history = await repos.recovery.history(
            cards=keys,
            invoices=[subject.invoice.id for subject in subjects],
            subscriptions=[subject.subscription.id for subject in subjects],
        )
        found.attempts = history.attempts
        pending = {attempt.subscription_id for attempt in history.attempts if attempt.is_unexplained}
        wishes = found.wishes = await repos.recovery_settings.get()
        requests = await repos.payment_requests.of_invoices([subject.invoice.id for subject in subjects])
        found.asked = requests
        found.letters = await repos.messages.letters(
            {subject.invoice.customer_id for subject in subjects}, {subject.invoice.id for subject in subjects}
        )
        contexts = CaseContexts(CardRecords(self._verdicts, history, tries), wishes.plan, requests)
        for subject in subjects:
            if subject.subscription.id in pending:
                found.results[subject.schedule.id] = Concluded(Renewal(RenewalOutcome.PENDING))
            elif subject.subscription.id not in found.subscriptions:
                found.subscriptions.add(subject.subscription.id)
                self._look_at(subject, contexts, found, now=now)
        learned = await self._learn(repos, found.undecided, now=now)
        for subject, context in found.undecided:
            known = learned.get(subject.subscription.customer_id)
            self._decide(subject, context if known is None else replace(context, profile=known.now), found)
        await self._write(repos, found, now=now)
        await self._paydays.keep(repos, list(learned.values()))

    def _look_at(self, subject: CaseSubject, contexts: CaseContexts, found: _Round, *, now: Instant) -> None:
        """Try what was planned for now if it is still allowed; else it has to be decided about."""
        rails = self._push_rails(subject, contexts.settings.rails, found.asked)
        context = found.counted(subject, contexts.of(subject, now=now, push_rails=rails))
        if not found.wishes.auto_recovery and now < context.deadline_at:
            found.results[subject.schedule.id] = Concluded(Renewal(RenewalOutcome.DUNNING))
            resting = self._drafts.rested(subject.schedule, deadline=context.deadline_at, now=now)
            found.decided.append(resting)
            is_near = context.is_last_chance(None)
            found.messages.extend(self._asked(subject, resting, context, found, reminders=int(is_near)))
        elif self._is_due(subject, context) and self._is_allowed(context):
            self._try(subject, self._drafts.tried(subject.schedule, now=now), found, now=now)
        else:
            found.undecided.append((subject, context))

    async def _learn(
        self, repos: Repositories, undecided: Sequence[tuple[CaseSubject, DunningContext]], *, now: Instant
    ) -> dict[CustomerId, LearnedProfile]:
        """Learn of the payers of whom a decision asks when they have money; a payer's days are their first case's."""
        zones: dict[CustomerId, Zone] = {}
        for subject, context in undecided:
            if context.settings.payday_aware is PaydayAwareness.LEARNED:
                zones.setdefault(subject.subscription.customer_id, context.zone)
        return await self._paydays.recall(repos, zones, now=now) if zones else {}

    def _decide(self, subject: CaseSubject, context: DunningContext, found: _Round) -> None:
        """Decide, and try at once if that says so."""
        schedule, now = subject.schedule, context.now
        context = found.counted(subject, context)
        decision = self._strategy.decide(context)
        if decision.action is DunningAction.EXHAUST and self._may_have_paid(subject, found.asked):
            found.results[schedule.id] = Concluded(Renewal(RenewalOutcome.DUNNING))
            found.decided.append(self._drafts.looked_once_more(schedule, now=now))
            found.hastened.append(subject.invoice.id)
            return
        case = self._drafts.decided(subject, decision, deadline=context.deadline_at, settings=context.settings, now=now)
        found.results[schedule.id] = Concluded(Renewal(RenewalOutcome.DUNNING))
        is_at_once = decision.next_attempt_at is not None and decision.next_attempt_at <= now
        if is_at_once and decision.action in TRIES:
            self._try(subject, case, found, now=now)
        elif decision.rail is not None and self._drafts.asks_to_push(decision, now=now):
            self._ask_to_push(subject, case, decision.rail, found, now=now)
        else:
            found.decided.append(case)
            reminders = decision.reminders if schedule.action is decision.action else 0
            found.messages.extend(self._asked(subject, case, context, found, reminders=reminders))

    def _asked(
        self,
        subject: CaseSubject,
        case: DecidedCase,
        context: DunningContext,
        found: _Round,
        *,
        reminders: int = 0,
    ) -> tuple[Message, ...]:
        """Tell the payer what was decided; the end of a case is told by what becomes of the subscription."""
        is_asked_later = case.schedule.action is DunningAction.SWITCH_RAIL and not CaseDrafts.is_try(case.schedule)
        if is_asked_later or not (case.schedule.is_open and found.wishes.dunning_enabled):
            return ()
        return self._messages.asked(
            subject,
            case.schedule,
            found.attempts,
            reminders=reminders,
            asked_before=sum(request.is_told_of(subject.invoice.id) for request in found.asked),
            before=found.letters[subject.invoice.id],
            is_last=context.is_last_chance(case.schedule.next_attempt_at),
            now=context.now,
        )

    @staticmethod
    def _may_have_paid(subject: CaseSubject, asked: Sequence[PaymentRequest]) -> bool:
        """Say whether money may have come that no notice told of: the provider is asked before a case is over."""
        is_asked = any(request.invoice_id == subject.invoice.id and request.status.is_waiting for request in asked)
        return is_asked and subject.schedule.cause != LAST_LOOK and not subject.subscription.is_terminal

    def _push_rails(
        self, subject: CaseSubject, wanted: Sequence[Rail], asked: Sequence[PaymentRequest]
    ) -> tuple[Rail, ...]:
        """Name the rails by which this payer can push money, but for those they have opened a request on themselves."""
        taken = {
            request.rail
            for request in asked
            if request.invoice_id == subject.invoice.id and request.status.is_waiting and not request.is_planned
        }
        usable = self._rails.of(wanted, currency=subject.invoice.currency, phone=subject.customer_phone)
        return tuple(rail for rail in usable if rail not in taken)

    def _ask_to_push(self, subject: CaseSubject, case: DecidedCase, rail: Rail, found: _Round, *, now: Instant) -> None:
        """Ask for the money by another rail; the payer is told how once the provider has said that."""
        gateway = self._gateways.asking_by(rail, subject.invoice.currency)
        if gateway is not None:
            found.decided.append(case)
            found.requests.append(self._drafts.request(subject, rail, provider=gateway.name, now=now))

    def _try(self, subject: CaseSubject, case: DecidedCase, found: _Round, *, now: Instant) -> None:
        found.decided.append(case)
        if subject.method is not None:
            found.cards.add(subject.method.card_key)
        found.tries[case.schedule.id] = (subject, self._drafts.attempt(subject, case.schedule, now=now))

    async def _write(self, repos: Repositories, found: _Round, *, now: Instant) -> None:
        if not found.decided:
            return
        await repos.dunning.update_many([case.schedule for case in found.decided])
        await repos.dunning.tell([case.event for case in found.decided if case.event is not None])
        settlements = [case.settlement for case in found.decided if case.settlement is not None]
        if settlements:
            ended = [await self._drafts.part.at_end(repos, settlement) for settlement in settlements]
            await repos.renewals.settle(ended, now=now)
        if found.messages:
            await repos.messages.add(found.messages)
        for invoice_id in found.hastened:
            await repos.payment_requests.hasten(invoice_id, now=now)
        for order in found.requests:
            await repos.payment_requests.insert(order.request)
        if not found.tries:
            return
        await repos.card_tries.reserve(sorted(found.cards), now=now)
        written = await repos.recovery.try_again([attempt for _, attempt in found.tries.values()])
        for schedule_id, (subject, attempt) in found.tries.items():
            if attempt.id in written and subject.method is not None:
                found.results[schedule_id] = ChargeOrder.of(
                    attempt,
                    token=subject.method.token,
                    customer_email=subject.customer_email,
                    description=subject.plan_name,
                )

    @staticmethod
    def _is_awake(subject: CaseSubject, now: Instant) -> bool:
        wake_at = subject.schedule.wake_at
        return subject.schedule.is_open and wake_at is not None and wake_at <= now

    @staticmethod
    def _is_due(subject: CaseSubject, context: DunningContext) -> bool:
        schedule = subject.schedule
        return (
            CaseDrafts.is_try(schedule)
            and schedule.next_attempt_at is not None
            and schedule.next_attempt_at <= context.now < context.deadline_at
            and subject.method is not None
            and subject.method.can_pay(subject.invoice.amount_remaining)
            and not context.is_canceled
        )

    def _is_allowed(self, context: DunningContext) -> bool:
        """Ask the budgets again: another merchant may have tried the card since the try was planned."""
        allowance = self._strategy.budget.allow(context.usage, at=context.now)
        return isinstance(allowance, AllowedFrom) and allowance.at <= context.now
