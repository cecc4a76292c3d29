import pytest
from whenever import Instant

from duro.billing import (
    Bill,
    Cadence,
    EndAtPeriod,
    EventType,
    Interval,
    InvoiceLine,
    NotRenewable,
    OutsideHorizonError,
    PendingLine,
    PlanChange,
    ReachLimit,
    RenewalPlanner,
    SkipReason,
    SubscriptionStatus,
)
from duro.kernel import Period

FEBRUARY_END = Instant.from_utc(2025, 2, 28, 9)
MARCH_END = Instant.from_utc(2025, 3, 28, 9)
LATE = Instant.from_utc(2025, 7, 1)
NOT_RENEWING = set(SubscriptionStatus) - {SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING}


class TestTheRenewalPlanner:
    @pytest.mark.parametrize("status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING])
    def test_bills_the_next_period_once_it_is_due(self, subscription, status):
        plan = RenewalPlanner.plan(subscription(status), "Gold", FEBRUARY_END)
        assert isinstance(plan, Bill)
        assert plan.period == Period(FEBRUARY_END, MARCH_END)
        assert plan.draft.total.amount == 500_000
        assert plan.idempotency_key == "renewal_sub_00000000000000000000000001_20250228T090000Z"
        assert plan.change.events == (EventType.INVOICE_CREATED,)

    def test_counts_from_the_stored_boundary_never_from_now(self, subscription):
        due = RenewalPlanner.plan(subscription(), "Gold", FEBRUARY_END)
        assert RenewalPlanner.plan(subscription(), "Gold", LATE) == due

    def test_takes_the_credit_in_the_claim(self, subscription, naira):
        plan = RenewalPlanner.plan(subscription(balance=naira(600_000)), "Gold", LATE)
        assert isinstance(plan, Bill)
        assert plan.draft.total.is_zero
        assert plan.change.subscription.balance == naira(100_000)

    def test_leaves_alone_what_is_not_due(self, subscription):
        plan = RenewalPlanner.plan(subscription(), "Gold", FEBRUARY_END.subtract(microseconds=1))
        assert plan == NotRenewable(SkipReason.NOT_DUE)

    @pytest.mark.parametrize("status", sorted(NOT_RENEWING))
    def test_leaves_alone_what_does_not_renew(self, subscription, status):
        is_leaving = status is not SubscriptionStatus.PAUSED
        plan = RenewalPlanner.plan(subscription(status, cancel_at_period_end=is_leaving), "Gold", LATE)
        assert plan == NotRenewable(SkipReason.NOT_RENEWING)

    def test_ends_at_the_boundary_what_is_paused_and_was_to_be_canceled(self, subscription):
        leaving = subscription(SubscriptionStatus.PAUSED, cancel_at_period_end=True)
        assert RenewalPlanner.plan(leaving, "Gold", LATE) == EndAtPeriod(leaving.end_at_period())
        early = RenewalPlanner.plan(leaving, "Gold", FEBRUARY_END.subtract(microseconds=1))
        assert early == NotRenewable(SkipReason.NOT_DUE)

    def test_bills_the_first_period_of_a_subscription_that_starts(self, start, epoch):
        plan = RenewalPlanner.plan(start().subscription, "Gold", epoch, starting=True)
        assert isinstance(plan, Bill)
        assert plan.period == Period(epoch, FEBRUARY_END)

    @pytest.mark.parametrize("status", sorted(NOT_RENEWING - {SubscriptionStatus.INCOMPLETE}))
    def test_starts_only_what_is_incomplete(self, subscription, status):
        plan = RenewalPlanner.plan(subscription(status), "Gold", LATE, starting=True)
        assert plan == NotRenewable(SkipReason.NOT_RENEWING)

    def test_treats_what_already_runs_as_usual_when_starting(self, subscription):
        assert RenewalPlanner.plan(subscription(), "Gold", LATE, starting=True) == RenewalPlanner.plan(
            subscription(), "Gold", LATE
        )

    def test_ends_at_the_boundary_what_was_to_be_canceled(self, subscription, terms):
        leaving = subscription(cancel_at_period_end=True, terms=terms(max_cycles=1), cycles_completed=1)
        assert RenewalPlanner.plan(leaving, "Gold", LATE) == EndAtPeriod(leaving.end_at_period())

    def test_ends_what_has_been_paid_for_often_enough(self, subscription, terms):
        spent = subscription(terms=terms(max_cycles=1), cycles_completed=1)
        assert RenewalPlanner.plan(spent, "Gold", LATE) == ReachLimit(spent.reach_limit())

    def test_gives_every_period_its_own_key_even_to_the_fraction_of_a_second(self, start, terms):
        now = Instant.from_timestamp(1_738_314_000_999_999, unit="microsecond")
        hourly = start(terms=terms(cadence=Cadence(Interval.HOUR)), now=now).subscription
        keys: list[str] = []
        for _ in range(48):
            plan = RenewalPlanner.plan(hourly, "Gold", LATE, starting=True)
            assert isinstance(plan, Bill)
            keys.append(plan.idempotency_key)
            hourly = hourly.renewal_paid(plan.period).subscription
        assert keys[0].endswith("_20250131T090000Z")
        assert len(set(keys)) == 48

    def test_refuses_to_bill_past_the_horizon(self, subscription):
        end = Instant.from_utc(2200, 12, 31)
        with pytest.raises(OutsideHorizonError):
            RenewalPlanner.plan(subscription(anchor=end, current_period_end=end), "Gold", end)

    def test_foresees_the_renewal_at_the_end_of_the_period(self, subscription):
        assert RenewalPlanner.upcoming(subscription(), "Gold") == RenewalPlanner.plan(subscription(), "Gold", LATE)

    def test_carries_what_is_too_little_to_charge(self, subscription, terms, naira):
        cheap = subscription(terms=terms(5_000), balance=naira(10))
        bill = RenewalPlanner.upcoming(cheap, "Gold", minimum=naira(10_000))
        assert (bill.draft.total, bill.draft.credit_applied) == (naira(0), naira(10))
        assert bill.carried == PendingLine("Carried from the last invoice", naira(4_990))
        assert bill.draft.lines[-1] == InvoiceLine.single("Carried to the next invoice", naira(-4_990))
        later = RenewalPlanner.upcoming(cheap, "Gold", pending_lines=(bill.carried,) * 2, minimum=naira(10_000))
        assert later.carried is None
        assert later.draft.total == naira(5_000 - 10 + 2 * 4_990)

    def test_carries_nothing_when_nothing_is_left_to_pay(self, subscription, naira):
        bill = RenewalPlanner.upcoming(subscription(balance=naira(500_000)), "Gold", minimum=naira(10_000))
        assert bill.carried is None

    def test_reaches_the_limit_of_the_terms_that_are_scheduled(self, subscription, terms):
        waiting = subscription(cycles_completed=2, scheduled_change=PlanChange(terms(max_cycles=2)))
        assert isinstance(RenewalPlanner.upcoming(waiting, "Gold"), ReachLimit)

    def test_ends_with_the_credits_that_waited_for_an_invoice(self, subscription, naira):
        lines = (PendingLine("a", naira(-30)),)
        plan = RenewalPlanner.upcoming(subscription(cancel_at_period_end=True), "Gold", pending_lines=lines)
        assert plan.change.subscription.balance == naira(30)
