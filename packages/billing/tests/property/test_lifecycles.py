"""Whatever happens to a subscription, in whatever order: its invariants hold."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from whenever import Instant

from duro.billing import (
    Advance,
    Bill,
    Cadence,
    ChargeOutcome,
    EndAtPeriod,
    EventType,
    Interval,
    KeepIncomplete,
    NotRenewable,
    OpenRecovery,
    PaidWithoutAdvance,
    ReachLimit,
    RenewalPlanner,
    SettlementPlanner,
    Subscription,
    SubscriptionAction,
    SubscriptionChange,
    SubscriptionStateMachine,
    SubscriptionStatus,
    Terms,
    VoidInvoice,
)
from duro.kernel import Currency, CustomerId, Money, Period, PlanId, SubscriptionId

NAIRA = Currency("NGN")
BEGINNING = Instant.from_utc(2025, 1, 31, 9, 30, nanosecond=123_456_000)
CADENCES = st.builds(Cadence, st.sampled_from(Interval), st.integers(1, 3))
TERMS = st.builds(
    Terms,
    plan_id=st.just(PlanId(UUID(int=7))),
    amount=st.integers(0, 1_000).map(lambda amount: Money(amount, NAIRA)),
    cadence=CADENCES,
    max_cycles=st.none() | st.integers(1, 4),
)
LEGAL = {(source, move.target) for move in SubscriptionStateMachine.TABLE for source in move.sources} | {
    (status, status) for status in SubscriptionStatus
}
LAST = {(source, SubscriptionStatus.EXPIRED) for source, target in LEGAL if target is SubscriptionStatus.ACTIVE}
"""A cycle that is paid for and was the last of all activates or recovers first: two moves in one change."""


def begun(terms: Terms, zone: str, *, trial_days: int = 0, paid_days: int = 0, quantity: int = 1) -> SubscriptionChange:
    return Subscription.start(
        id=SubscriptionId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        terms=terms,
        zone=zone,
        quantity=quantity,
        payment_method_id=None,
        metadata={},
        trial_days=trial_days,
        current_period_end=BEGINNING.add(hours=24 * paid_days) if paid_days else None,
        now=BEGINNING,
    )


class Lifecycle(RuleBasedStateMachine):
    """A merchant, a payer, a provider and a worker, all of whom do what they like when they like."""

    @initialize(
        terms=TERMS,
        zone=st.sampled_from(["Africa/Lagos", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
        trial_days=st.integers(0, 40),
        paid_days=st.integers(0, 40),
        quantity=st.integers(1, 5),
        credit=st.integers(0, 3_000),
    )
    def start(self, *, terms, zone, trial_days, paid_days, quantity, credit):
        change = begun(terms, zone, trial_days=trial_days, paid_days=paid_days, quantity=quantity)
        self.now = BEGINNING
        self.told = list(change.events)
        self.subscription = change.subscription.credited(Money(credit, NAIRA))
        self.given = credit
        self.spent = 0
        self.pending: Bill | None = None
        self.open: Bill | None = None
        self.paid: list[Period] = []
        self.keys: dict[str, Period] = {}
        self.first_end = self.subscription.current_period_end

    def apply(self, change: SubscriptionChange) -> None:
        before = self.subscription.status
        assert (before, change.subscription.status) in LEGAL | LAST
        assert before not in SubscriptionStateMachine.TERMINAL or before is change.subscription.status
        self.told.extend(change.events)
        self.subscription = change.subscription

    def give_back(self, credit: Money) -> None:
        self.spent -= credit.amount
        self.subscription = self.subscription.credited(credit)

    @rule(hours=st.integers(1, 24 * 70))
    def let_time_pass(self, hours):
        self.now = self.now.add(hours=hours)

    @precondition(lambda self: not self.pending and not self.open)
    @rule(starting=st.booleans())
    def renew(self, starting):
        before = self.subscription
        plan = RenewalPlanner.plan(before, "Gold", self.now, starting=starting)
        assert RenewalPlanner.plan(before, "Gold", self.now, starting=starting) == plan
        match plan:
            case NotRenewable():
                assert not before.is_due(self.now)
            case EndAtPeriod(change) | ReachLimit(change):
                self.apply(change)
                assert self.subscription.is_terminal
                assert self.subscription.access_ends_at == before.current_period_end
            case Bill():
                assert self.keys.setdefault(plan.idempotency_key, plan.period) == plan.period
                assert plan.draft.total + plan.draft.credit_applied == before.terms.amount.times(before.quantity)
                self.spent += plan.draft.credit_applied.amount
                self.apply(plan.change)
                self.pending = plan

    @precondition(lambda self: self.pending or self.open)
    @rule(outcome=st.sampled_from(ChargeOutcome))
    def settle(self, outcome):
        bill, self.pending, self.open = self.pending or self.open, None, None
        before = self.subscription
        match SettlementPlanner.plan(before, bill.period, outcome):
            case Advance(change):
                self.apply(change)
                self.paid.append(bill.period)
            case OpenRecovery(change) | KeepIncomplete(change):
                self.apply(change)
                self.open = bill
                assert self.subscription.current_period_end == before.current_period_end
            case PaidWithoutAdvance() | VoidInvoice() as nothing:
                assert before.is_terminal
                assert isinstance(nothing, PaidWithoutAdvance) == (outcome is ChargeOutcome.PAID)
                if isinstance(nothing, VoidInvoice):
                    self.give_back(bill.draft.credit_applied)

    @precondition(lambda self: SubscriptionStateMachine.can(self.subscription.status, SubscriptionAction.CANCEL))
    @rule()
    def cancel_now(self):
        self.apply(self.subscription.cancel_now(self.now))
        assert self.subscription.access_ends_at == self.now

    @precondition(lambda self: not self.subscription.is_terminal)
    @rule()
    def cancel_at_end(self):
        self.apply(self.subscription.cancel_at_end(self.now))

    @precondition(lambda self: not self.subscription.is_terminal)
    @rule()
    def keep(self):
        self.apply(self.subscription.keep())
        assert not self.subscription.cancel_at_period_end

    @precondition(lambda self: self.subscription.status is SubscriptionStatus.INCOMPLETE)
    @rule()
    def expire_incomplete(self):
        self.apply(self.subscription.expire_incomplete(self.now))

    @precondition(lambda self: self.subscription.status is SubscriptionStatus.PAST_DUE)
    @rule()
    def exhaust_recovery(self):
        unpaid = SubscriptionStateMachine.transition(self.subscription.status, SubscriptionAction.EXHAUST_DUNNING)
        self.apply(replace(self.subscription, status=unpaid.target).told(unpaid.event))

    @rule(amount=st.integers(0, 2_000))
    def give_credit(self, amount):
        self.given += amount
        self.subscription = self.subscription.credited(Money(amount, NAIRA))

    @invariant()
    def keeps_its_cycles_within_its_terms(self):
        limit = self.subscription.terms.max_cycles
        assert self.subscription.cycles_completed == len(self.paid)
        assert limit is None or len(self.paid) <= limit
        assert self.subscription.status is not SubscriptionStatus.EXPIRED or len(self.paid) == limit

    @invariant()
    def tiles_time_with_what_was_paid(self):
        ends = [self.first_end, *(period.end for period in self.paid)]
        assert [period.start for period in self.paid] == ends[:-1]
        assert self.subscription.current_period_end == ends[-1]
        assert self.subscription.current_period_start <= self.subscription.current_period_end
        for period in self.paid[-1:]:
            assert self.subscription.cycle.period_containing(period.start) == period
            assert self.subscription.current_period_start == period.start

    @invariant()
    def never_owes_credit_nor_makes_any(self):
        assert self.subscription.balance.amount == self.given - self.spent >= 0

    @invariant()
    def counts_its_events(self):
        assert self.subscription.event_sequence == len(self.told)
        assert self.told.count(EventType.SUBSCRIPTION_CREATED) == 1
        assert self.told.count(EventType.SUBSCRIPTION_PAYMENT_SUCCESS) == len(self.paid)
        assert self.told.count(EventType.INVOICE_CREATED) == len(self.keys)

    @invariant()
    def knows_when_access_ends_once_it_has_ended(self):
        assert self.subscription.is_terminal == (self.subscription.access_ends_at is not None)
        assert (self.subscription.status is SubscriptionStatus.CANCELED) == (self.subscription.canceled_at is not None)


TestAnyLifecycle = Lifecycle.TestCase
TestAnyLifecycle.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class TestPlanning:
    @settings(max_examples=150, deadline=None)
    @given(
        TERMS.filter(lambda terms: not terms.cadence.hours),
        st.sampled_from(["Africa/Lagos", "America/New_York", "Pacific/Apia"]),
        st.integers(0, 40),
        st.integers(0, 24 * 120),
        st.booleans(),
    )
    def test_again_finds_nothing_to_do(self, terms, zone, trial_days, hours, cancels):
        now = BEGINNING.add(hours=hours)
        subscription = begun(terms, zone, trial_days=trial_days).subscription
        if cancels and trial_days:
            subscription = subscription.cancel_at_end(now).subscription
        keys: list[str] = []
        for _ in range(200):
            match RenewalPlanner.plan(subscription, "Gold", now, starting=True):
                case NotRenewable():
                    break
                case EndAtPeriod(change) | ReachLimit(change):
                    subscription = change.subscription
                case Bill() as bill:
                    keys.append(bill.idempotency_key)
                    subscription = bill.change.subscription.renewal_paid(bill.period).subscription
        assert isinstance(RenewalPlanner.plan(subscription, "Gold", now, starting=True), NotRenewable)
        assert subscription.is_terminal or subscription.current_period_end > now
        assert len(keys) == len(set(keys)) == subscription.cycles_completed
