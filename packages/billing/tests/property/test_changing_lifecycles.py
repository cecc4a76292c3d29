"""Plan changes, pauses, alignments and missed periods, in whatever order: no money is made, lost or billed twice."""

from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from whenever import Instant

from duro.billing import (
    Advance,
    Amendment,
    Bill,
    BillMissed,
    Cadence,
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    ChangeScheduled,
    ChangeTiming,
    ChargeOutcome,
    CycleAnchor,
    EndAtPeriod,
    EventType,
    Interval,
    KeepIncomplete,
    KeepTerms,
    MissedPeriods,
    MissedPeriodsPlanner,
    NothingMissed,
    NotRenewable,
    OpenRecovery,
    PaidWithoutAdvance,
    PaymentInProgressError,
    PendingLine,
    PlanChange,
    PlanChangePlanner,
    PlanChangeRequest,
    ProrationBehavior,
    ReachLimit,
    RenewalPlanner,
    SettlementPlanner,
    SkipMissed,
    Subscription,
    SubscriptionStateMachine,
    SubscriptionStatus,
    Terms,
    VoidInvoice,
)
from duro.kernel import ConflictError, Currency, CustomerId, InvalidInputError, Money, Period, PlanId, SubscriptionId

NAIRA = Currency("NGN")
NOTHING = Money.zero(NAIRA)
BEGINNING = Instant.from_utc(2025, 1, 31, 9, 30)
CADENCES = st.builds(Cadence, st.sampled_from(Interval), st.integers(1, 2))
TERMS = st.builds(
    Terms,
    plan_id=st.integers(1, 3).map(lambda number: PlanId(UUID(int=number))),
    amount=st.integers(0, 1_000).map(lambda amount: Money(amount, NAIRA)),
    cadence=st.just(Cadence(Interval.MONTH)) | CADENCES,
    max_cycles=st.none() | st.integers(1, 6),
)
PLAN_CHANGES = st.builds(
    PlanChange, TERMS, st.integers(1, 3), st.sampled_from([None, "America/New_York", "Pacific/Apia"])
)
ACTIVE = {SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED}
OWING = {SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID}


class ChangingLifecycle(RuleBasedStateMachine):
    """A merchant who changes their mind, a payer who may not pay, and a worker that comes late."""

    @initialize(
        terms=TERMS,
        trial_days=st.integers(0, 20),
        quantity=st.integers(1, 3),
        billing_day=st.none() | st.integers(1, 31),
    )
    def start(self, terms, trial_days, quantity, billing_day):
        change = Subscription.start(
            id=SubscriptionId(UUID(int=1)),
            customer_id=CustomerId(UUID(int=2)),
            terms=terms,
            zone="Africa/Lagos",
            quantity=quantity,
            payment_method_id=None,
            metadata={},
            trial_days=trial_days,
            current_period_end=None,
            now=BEGINNING,
            billing_day=billing_day if terms.cadence.months else None,
        )
        self.now = BEGINNING
        self.subscription = change.subscription
        self.told = list(change.events)
        self.waiting: list[PendingLine] = []
        self.invoice = None
        self.is_pending = False
        self.keys: set[str] = set()
        self.paid: list[Period] = []
        self.begun_anew: list[Period] = []
        self.cycles = 0
        self.owed = 0
        self.received = 0

    def apply(self, change) -> None:
        before = self.subscription.status
        assert before not in SubscriptionStateMachine.TERMINAL or not change.events
        self.told.extend(change.events)
        self.subscription = change.subscription

    def issue(self, invoice) -> None:
        """Write an invoice down: every one has a name of its own, and its lines are what is owed from now on."""
        assert invoice.idempotency_key not in self.keys
        self.keys.add(invoice.idempotency_key)
        self.apply(invoice.change)
        self.owed += (
            invoice.draft.total.amount + invoice.draft.credit_applied.amount - invoice.draft.credit_granted.amount
        )

    def forget(self, invoice) -> None:
        """Void an invoice: its credit comes back and nothing is owed for it."""
        self.owed -= invoice.draft.total.amount + invoice.draft.credit_applied.amount
        self.subscription = self.subscription.credited(invoice.draft.credit_applied)

    def entered(self, period: Period, *, cycles: int) -> None:
        self.paid.append(period)
        self.cycles += cycles

    @rule(hours=st.integers(1, 24 * 45))
    def let_time_pass(self, hours):
        self.now = self.now.add(hours=hours)

    @precondition(lambda self: self.invoice is None)
    @rule()
    def renew(self):
        before, lines = self.subscription, tuple(self.waiting)
        plan = RenewalPlanner.plan(before, "Plan", self.now, starting=True, pending_lines=lines)
        match plan:
            case NotRenewable():
                return
            case EndAtPeriod(change) | ReachLimit(change):
                self.apply(change)
                self.lose_lines()
            case Bill():
                assert RenewalPlanner.upcoming(before, "Plan", pending_lines=lines) == plan
                self.waiting = []
                self.issue(plan)
                self.invoice, self.is_pending = plan, True
                self.share = 0 if Amendment(before).as_renewed.is_before_part_period else 1
                if plan.draft.total.is_zero:
                    self.settle(ChargeOutcome.PAID)

    def lose_lines(self) -> None:
        """The subscription ended with lines waiting: credits are in the balance now, charges are gone."""
        self.owed += sum(line.amount.amount for line in self.waiting if line.is_credit)
        self.waiting = []

    @precondition(lambda self: self.invoice is not None)
    @rule(outcome=st.sampled_from(ChargeOutcome))
    def settle(self, outcome):
        invoice, self.invoice, self.is_pending = self.invoice, None, False
        before = self.subscription
        if isinstance(invoice, ChangeOnPayment):
            lines = tuple(self.waiting)
            settled = SettlementPlanner.plan_change(
                before, invoice.plan_change, invoice.period, outcome, pending_lines=lines
            )
        else:
            settled = SettlementPlanner.plan(before, invoice.period, outcome, invoice.plan_change)
        match settled:
            case Advance(change):
                self.apply(change)
                self.received += invoice.draft.total.amount
                self.entered(invoice.period, cycles=self.share)
                if isinstance(invoice, ChangeOnPayment):
                    self.begun_anew.append(invoice.period)
                if self.subscription.is_terminal:
                    self.lose_lines()
            case OpenRecovery(change) | KeepIncomplete(change):
                assert (change.subscription.terms, change.subscription.quantity) == (before.terms, before.quantity)
                self.apply(change)
                self.invoice = invoice
            case KeepTerms(change):
                assert (change.subscription.terms, change.subscription.anchor) == (before.terms, before.anchor)
                self.apply(change)
                self.forget(invoice)
            case PaidWithoutAdvance():
                assert before.is_terminal
                self.forget(invoice)
            case VoidInvoice():
                assert before.is_terminal
                self.forget(invoice)

    @precondition(lambda self: not isinstance(self.invoice, ChangeOnPayment))
    @rule(
        change=PLAN_CHANGES,
        behavior=st.sampled_from(ProrationBehavior),
        timing=st.sampled_from(ChangeTiming),
        cycle_anchor=st.sampled_from(CycleAnchor),
        minimum=st.none() | st.integers(0, 200).map(lambda amount: Money(amount, NAIRA)),
    )
    def change_plan(self, change, behavior, timing, cycle_anchor, minimum):
        before = self.subscription
        request = PlanChangeRequest(
            change, old_name="Old", new_name="New", behavior=behavior, timing=timing, cycle_anchor=cycle_anchor
        )
        try:
            plan = PlanChangePlanner.plan(
                before, request, now=self.now, is_charge_pending=self.is_pending, minimum=minimum
            )
        except PaymentInProgressError:
            assert self.is_pending
            return
        except ConflictError:
            assert before.is_terminal or before.status is SubscriptionStatus.INCOMPLETE or before.is_due(self.now)
            return
        except InvalidInputError:
            assert change.terms.max_cycles <= before.cycles_completed
            return
        assert PlanChangePlanner.plan(before, request, now=self.now, minimum=minimum) == plan
        match plan:
            case ChangeScheduled():
                assert (plan.change.subscription.terms, plan.change.subscription.balance) == (
                    before.terms,
                    before.balance,
                )
                self.apply(plan.change)
            case ChangeApplied():
                self.apply(plan.change)
                self.waiting.extend(plan.pending_lines)
                assert self.subscription.current_period_end == before.current_period_end
            case ChangeInvoiced():
                self.issue(plan)
                self.received += plan.draft.total.amount
                assert plan.draft.total.is_zero or minimum is None or plan.draft.total >= minimum
                assert self.subscription.current_period_end == before.current_period_end
            case ChangeOnPayment():
                self.issue(plan)
                assert self.subscription.terms == before.terms
                self.share = 0 if Amendment(before).foreseen(change, at=self.now).is_before_part_period else 1
                self.invoice, self.is_pending = plan, True
                self.waiting.extend(line for line in (plan.carried,) if line is not None)
                if plan.draft.total.is_zero:
                    self.settle(ChargeOutcome.PAID)

    @precondition(lambda self: self.subscription.status in {SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED})
    @rule()
    def pause_or_resume(self):
        before = self.subscription
        if before.status is SubscriptionStatus.PAUSED:
            self.apply(before.resume(self.now))
            assert self.subscription.next_period().start >= before.current_period_end
        elif self.is_pending:
            try:
                before.pause(is_charge_pending=True)
            except PaymentInProgressError:
                return
            raise AssertionError
        else:
            self.apply(before.pause(is_charge_pending=False))

    @rule(day=st.integers(1, 31))
    def align(self, day):
        before = self.subscription
        try:
            change = Amendment(before).aligned(day, is_charge_pending=self.is_pending)
        except (ConflictError, PaymentInProgressError, InvalidInputError):
            return
        left = Amendment(before).share_left(self.now)
        self.apply(change)
        is_nothing_paid = not before.cycles_completed
        assert is_nothing_paid or Amendment(self.subscription).share_left(self.now) == left
        assert self.subscription.current_period_end == before.current_period_end
        assert self.subscription.next_share().periods <= 1

    @precondition(lambda self: self.subscription.status in OWING and self.invoice is not None)
    @rule()
    def forgive(self):
        invoice, self.invoice = self.invoice, None
        change = SettlementPlanner.forgive(self.subscription, invoice.period, invoice.plan_change)
        self.apply(change)
        self.forget(invoice)
        self.entered(invoice.period, cycles=0)

    @precondition(lambda self: self.invoice is None)
    @rule(policy=st.sampled_from(MissedPeriods))
    def catch_up(self, policy):
        match MissedPeriodsPlanner.plan(self.subscription, policy, self.now):
            case NothingMissed():
                pass
            case BillMissed(count):
                assert count >= 1
            case SkipMissed(change, count):
                assert count >= 1
                self.apply(change)
                assert self.subscription.cycle.period_containing(self.now) == self.subscription.next_period()

    @precondition(lambda self: not self.subscription.is_terminal)
    @rule(is_at_end=st.booleans())
    def cancel(self, is_at_end):
        before, lines = self.subscription, tuple(self.waiting)
        change = before.cancel_at_end(self.now, lines) if is_at_end else before.cancel_now(self.now, lines)
        self.apply(change)
        if self.subscription.is_terminal:
            self.lose_lines()
            if self.invoice is not None and not self.is_pending:
                invoice, self.invoice = self.invoice, None
                self.forget(invoice)

    @precondition(lambda self: not self.subscription.is_terminal)
    @rule()
    def keep(self):
        self.apply(self.subscription.keep())

    @invariant()
    def keeps_its_credit(self):
        """What was invoiced was paid, is still asked for, or went through the balance, which is never below zero."""
        assert self.subscription.balance.amount >= 0
        asked = self.invoice.draft.total.amount if self.invoice is not None else 0
        assert self.owed == self.received + asked - self.subscription.balance.amount

    @invariant()
    def bills_no_time_twice(self):
        for before, after in pairwise(self.paid):
            assert before.end <= after.start or (before.start <= after.start and after in self.begun_anew)
        assert self.subscription.current_period_start <= self.subscription.current_period_end

    @invariant()
    def counts_whole_cycles_only(self):
        limit = self.subscription.terms.max_cycles
        assert self.subscription.cycles_completed == self.cycles
        assert limit is None or self.cycles <= limit

    @invariant()
    def counts_its_events(self):
        assert self.subscription.event_sequence == len(self.told)
        assert self.told.count(EventType.INVOICE_CREATED) == len(self.keys)

    @invariant()
    def bills_at_most_a_whole_period_next(self):
        if not self.subscription.is_terminal:
            assert Fraction(0) < self.subscription.next_share().periods <= 1


TestAnyChangingLifecycle = ChangingLifecycle.TestCase
TestAnyChangingLifecycle.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
