"""Parts of periods and of prices, for any period, price and moment."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import Date, Instant

from duro.billing import (
    AdvanceBilling,
    Bill,
    BillingCalendar,
    BillingCycle,
    Cadence,
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    FixedDiscount,
    Interval,
    InvoiceDraft,
    InvoiceLine,
    PaidPeriod,
    PendingLine,
    PercentageDiscount,
    PlanChange,
    PlanChangePlanner,
    PlanChangeRequest,
    Price,
    Promotion,
    PromotionDuration,
    Proration,
    ProrationBehavior,
    RenewalPlanner,
    Share,
    Subscription,
    Terms,
)
from duro.kernel import Currency, CustomerId, Money, Period, PlanId, PromoCodeId, SubscriptionId

NAIRA = Currency("NGN")
BEGINNING = Instant.from_utc(2025, 1, 31, 9)
MONTHLY = Cadence(Interval.MONTH)
AMOUNTS = st.integers(0, 10**9).map(lambda amount: Money(amount, NAIRA))
SIGNED = st.integers(-(10**6), 10**6).map(lambda amount: Money(amount, NAIRA))
INSTANTS = st.integers(0, 10 * 365 * 86_400).map(lambda seconds: BEGINNING.add(seconds=seconds))
DAYS = st.integers(0, 4_000).map(lambda days: Date(2024, 1, 1).add(days=days))
CADENCES = st.builds(Cadence, st.sampled_from(Interval), st.integers(1, 3))
DAILY_CADENCES = CADENCES.filter(lambda cadence: not cadence.hours)
DISCOUNTS = st.none() | st.builds(FixedDiscount, AMOUNTS) | st.builds(PercentageDiscount, st.integers(0, 10_000))
QUICK = settings(max_examples=150, deadline=None)


def price(amount: Money) -> Price:
    return Price(amount, MONTHLY)


@st.composite
def periods(draw):
    start, end = sorted([draw(INSTANTS), draw(INSTANTS)])
    return Period(start, end.add(seconds=1))


@st.composite
def changes(draw):
    """A monthly subscription in its first month, and a change asked for at some moment of it."""
    terms = [Terms(PlanId(UUID(int=number)), draw(AMOUNTS), MONTHLY) for number in (1, 2)]
    begun = Subscription.start(
        id=SubscriptionId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        terms=terms[0],
        zone="Africa/Lagos",
        quantity=draw(st.integers(1, 4)),
        payment_method_id=None,
        metadata={},
        trial_days=0,
        current_period_end=None,
        now=BEGINNING,
        billing_day=draw(st.none() | st.integers(1, 31)),
    ).subscription
    paid = replace(begun.renewal_paid(begun.next_period()).subscription, balance=draw(AMOUNTS))
    length = paid.current_period_end - paid.current_period_start
    now = paid.current_period_start.add(seconds=draw(st.integers(0, int(length.total("seconds")) - 1)))
    request = PlanChangeRequest(
        PlanChange(terms[1], draw(st.integers(1, 4))),
        old_name="Old",
        new_name="New",
        behavior=draw(st.sampled_from(ProrationBehavior)),
        paid_period=PaidPeriod(promotion_of(draw(DISCOUNTS))),
    )
    return paid, request, now


def promotion_of(discount):
    return discount and Promotion(PromoCodeId(UUID(int=9)), "LESS", discount, PromotionDuration.FOREVER)


class TestPartsOfAPeriod:
    @QUICK
    @given(periods(), INSTANTS)
    def test_add_up_to_the_whole(self, period, at):
        left = Proration.at(period, at).remaining
        used = Share(1 - left.periods)
        assert Share.NOTHING <= left <= Share.WHOLE
        assert left.periods + used.periods == 1

    @QUICK
    @given(CADENCES, st.sampled_from(["Africa/Lagos", "America/New_York"]), st.tuples(INSTANTS, INSTANTS, INSTANTS))
    def test_add_up_over_any_stretch_of_time(self, cadence, zone, instants):
        cycle = BillingCycle(BEGINNING, zone, cadence)
        first, second, third = sorted(instants)
        parts = cycle.share(first, second).periods + cycle.share(second, third).periods
        assert cycle.share(first, third).periods == parts

    @QUICK
    @given(CADENCES, INSTANTS, st.integers(0, 50))
    def test_of_whole_periods_are_how_many_they_are(self, cadence, at, count):
        cycle = BillingCycle(BEGINNING, "Africa/Lagos", cadence)
        start = cycle.boundary_on_or_after(at)
        end = start
        for _ in range(count):
            end = cycle.next_boundary_after(end)
        assert cycle.share(start, end) == Share(Fraction(count))
        assert cycle.periods_between(start, end) == count

    @QUICK
    @given(DAILY_CADENCES, DAYS, DAYS, st.none() | st.integers(1, 31))
    def test_billed_in_advance_add_up_to_the_service(self, cadence, start, end, billing_day):
        start, end = sorted([start, end])
        calendar = BillingCalendar(start, cadence, billing_day)
        billing = AdvanceBilling(calendar, start, end)
        assert billing.share_billed_by(end) == calendar.share(start, end)
        dates = billing.charge_dates(5)
        assert sorted(set(dates)) == list(dates)
        open_ended = [AdvanceBilling(calendar, start).share_billed_by(date) for date in dates]
        assert all(later.periods - before.periods == 1 for before, later in pairwise(open_ended))
        assert open_ended[0] <= Share.WHOLE

    @QUICK
    @given(AMOUNTS, st.lists(st.integers(0, 1_000), min_size=1, max_size=6).filter(any))
    def test_cost_what_the_whole_costs_give_or_take_half_a_minor_unit_each(self, amount, weights):
        parts = [Share(Fraction(weight, sum(weights))).of(amount).amount for weight in weights]
        assert 2 * abs(sum(parts) - amount.amount) <= len(weights)


class TestAChangeOfPrice:
    @QUICK
    @given(periods(), INSTANTS, st.tuples(AMOUNTS, AMOUNTS), st.tuples(DISCOUNTS, DISCOUNTS))
    def test_there_and_back_at_one_moment_is_nothing(self, period, at, amounts, discounts):
        proration, (old, new), (one, other) = Proration.at(period, at), amounts, discounts
        there = proration.change_plan(old=price(old), new=price(new), old_discount=one, new_discount=other)
        back = proration.change_plan(old=price(new), new=price(old), old_discount=other, new_discount=one)
        assert there.net + back.net == Money.zero(NAIRA)

    @QUICK
    @given(periods(), st.lists(st.tuples(INSTANTS, AMOUNTS), max_size=5), AMOUNTS)
    def test_after_change_costs_the_time_on_each_price(self, period, changes, first):
        """However often it changes: within a minor unit per line, each stretch of time costs what its price says."""
        changes = sorted(changes, key=lambda change: change[0])
        current, paid, used, since = first, first.amount, Fraction(0), Share.WHOLE
        for at, amount in changes:
            left = Proration.at(period, at)
            paid += left.change_plan(old=price(current), new=price(amount)).net.amount
            used += current.amount * (since.periods - left.remaining.periods)
            current, since = amount, left.remaining
        used += current.amount * since.periods
        assert abs(paid - used) <= 2 * len(changes)


class TestThePreview:
    @QUICK
    @given(changes(), st.integers(0, 40 * 24), DISCOUNTS)
    def test_of_a_change_is_what_follows(self, case, hours, discount):
        subscription, request, now = case
        subscription = replace(subscription, promotion=promotion_of(discount))
        preview = PlanChangePlanner.plan(subscription, request, now=now)
        assert PlanChangePlanner.plan(subscription, request, now=now) == preview
        lines = preview.pending_lines if isinstance(preview, ChangeApplied) else ()
        changed = preview.change.subscription
        upcoming = RenewalPlanner.upcoming(changed, "New", pending_lines=lines)
        late = changed.current_period_end.add(hours=hours)
        bill = RenewalPlanner.plan(changed, "New", late, pending_lines=lines)
        assert isinstance(bill, Bill)
        assert upcoming == bill
        assert bill.change.subscription.balance.amount >= 0

    @QUICK
    @given(changes())
    def test_never_credits_more_than_was_paid(self, case):
        subscription, request, now = case
        promotion = request.paid_period.promotion
        bill = RenewalPlanner.upcoming(
            replace(
                subscription, promotion=promotion, balance=Money.zero(NAIRA), current_period_end=subscription.anchor
            ),
            "Old",
        )
        plan = PlanChangePlanner.plan(subscription, request, now=now)
        assert isinstance(plan, ChangeApplied | ChangeInvoiced)
        assert plan.proration.credit <= bill.draft.total

    @QUICK
    @given(changes())
    def test_costs_the_same_whichever_invoice_it_stands_on(self, case):
        subscription, request, now = case
        paid = {}
        for behavior in (ProrationBehavior.PRORATE, ProrationBehavior.INVOICE_NOW):
            plan = PlanChangePlanner.plan(subscription, replace(request, behavior=behavior), now=now)
            assert not isinstance(plan, ChangeOnPayment)
            lines = plan.pending_lines if isinstance(plan, ChangeApplied) else ()
            first = plan.draft.total.amount if isinstance(plan, ChangeInvoiced) else 0
            bill = RenewalPlanner.upcoming(plan.change.subscription, "New", pending_lines=lines)
            paid[behavior] = first + bill.draft.total.amount - bill.change.subscription.balance.amount
        assert len(set(paid.values())) == 1


class TestANettedInvoice:
    @QUICK
    @given(AMOUNTS, st.lists(SIGNED, max_size=6), AMOUNTS, DISCOUNTS)
    def test_neither_makes_money_nor_loses_any(self, amount, pending, balance, discount):
        off = Money.zero(NAIRA) if discount is None else discount.off(amount)
        lines = [InvoiceLine.single("x", value) for value in (amount, *pending)]
        draft = InvoiceDraft.netted(lines, discount=off, balance=balance)
        assert draft.total >= Money.zero(NAIRA)
        asked = sum(value.amount for value in (amount, *pending)) - off.amount
        after = balance - draft.credit_applied + draft.credit_granted
        assert after.amount >= 0
        assert draft.total.amount + balance.amount - after.amount == asked

    @QUICK
    @given(AMOUNTS, AMOUNTS, AMOUNTS)
    def test_carries_all_or_nothing(self, amount, balance, minimum):
        full = InvoiceDraft.netted([InvoiceLine.single("x", amount)], discount=Money.zero(NAIRA), balance=balance)
        draft, carried = full.carried(minimum)
        assert draft.total.is_zero or draft.total >= minimum
        assert draft.total + (carried or PendingLine("", Money.zero(NAIRA))).amount == full.total
