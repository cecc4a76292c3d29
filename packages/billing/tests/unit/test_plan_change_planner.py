from uuid import UUID

import pytest
from whenever import Instant

from duro.billing import (
    Advance,
    Bill,
    Cadence,
    ChangeApplied,
    ChangeInvoiced,
    ChangeOnPayment,
    ChangeScheduled,
    ChangeTiming,
    ChargeOutcome,
    CycleAnchor,
    EventType,
    FixedDiscount,
    Interval,
    KeepTerms,
    PaidPeriod,
    PaidWithoutAdvance,
    PaymentInProgressError,
    PendingLine,
    PlanChange,
    PlanChangePlanner,
    PlanChangeRequest,
    Promotion,
    PromotionDuration,
    ProrationBehavior,
    RenewalPlanner,
    SettlementPlanner,
    SubscriptionStatus,
    Terms,
    VoidInvoice,
)
from duro.kernel import ConflictError, Currency, InvalidInputError, Money, Period, PlanId, PromoCodeId

FEBRUARY_END = Instant.from_utc(2025, 2, 28, 9)
HALF_WAY = Instant.from_utc(2025, 2, 14, 9)
YEARLY = Cadence(Interval.YEAR)


def promotion(discount, **fields):
    return Promotion(PromoCodeId(UUID(int=9)), "SAVE", discount, PromotionDuration.FOREVER, **fields)


@pytest.fixture
def request_for(terms):
    def build(amount=1_000_000, quantity=1, *, cadence=None, max_cycles=None, **given):
        change = PlanChange(terms(amount, cadence=cadence, max_cycles=max_cycles), quantity)
        return PlanChangeRequest(change, old_name="Basic", new_name="Gold", **given)

    return build


class TestAChangeWithinAPeriod:
    def test_waits_for_the_next_invoice_with_its_difference(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(), now=HALF_WAY)
        assert isinstance(plan, ChangeApplied)
        assert plan.change.events == (EventType.SUBSCRIPTION_PLAN_CHANGED,)
        assert plan.pending_lines == (
            PendingLine("Unused time on Basic", naira(-250_000)),
            PendingLine("Remaining time on Gold", naira(500_000)),
        )
        bill = RenewalPlanner.upcoming(plan.change.subscription, "Gold", pending_lines=plan.pending_lines)
        assert isinstance(bill, Bill)
        assert bill.draft.total == naira(1_250_000)

    def test_nets_a_credit_against_the_next_renewal(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(100_000), now=HALF_WAY)
        bill = RenewalPlanner.upcoming(plan.change.subscription, "Mini", pending_lines=plan.pending_lines)
        assert bill.draft.total.is_zero
        assert bill.draft.credit_granted == naira(100_000)
        assert bill.change.subscription.balance == naira(100_000)

    def test_is_invoiced_at_once_when_asked_to(self, paid, request_for, naira):
        request = request_for(behavior=ProrationBehavior.INVOICE_NOW)
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert isinstance(plan, ChangeInvoiced)
        assert plan.draft.total == naira(250_000)
        assert plan.period == Period(HALF_WAY, FEBRUARY_END)
        assert plan.change.events == (EventType.SUBSCRIPTION_PLAN_CHANGED, EventType.INVOICE_CREATED)
        assert plan.change.subscription.event_sequence == paid().event_sequence + 2
        assert plan.idempotency_key == f"plan_change_{paid().id}_{paid().event_sequence}"

    def test_gives_its_credit_at_once_when_asked_to(self, paid, request_for, naira):
        request = request_for(100_000, behavior=ProrationBehavior.INVOICE_NOW)
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert plan.draft.total.is_zero
        assert plan.change.subscription.balance == naira(200_000)

    def test_is_for_nothing_when_asked_to(self, paid, request_for):
        plan = PlanChangePlanner.plan(paid(), request_for(behavior=ProrationBehavior.NONE), now=HALF_WAY)
        assert isinstance(plan, ChangeApplied)
        assert plan.pending_lines == ()

    def test_invoices_nothing_once_the_period_is_over(self, paid, request_for):
        request = request_for(behavior=ProrationBehavior.INVOICE_NOW)
        plan = PlanChangePlanner.plan(paid(), request, now=FEBRUARY_END)
        assert isinstance(plan, ChangeApplied)
        assert plan.pending_lines == ()

    def test_prorates_a_quantity(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(500_000, 3), now=HALF_WAY)
        assert plan.change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert plan.proration.net == naira(500_000)

    def test_prorates_what_was_paid_after_a_discount(self, paid, request_for, naira):
        request = request_for(paid_period=PaidPeriod(promotion(FixedDiscount(naira(500_000)))))
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert (plan.proration.credit, plan.proration.charge) == (naira(0), naira(250_000))

    def test_takes_the_discount_off_the_plans_it_is_for(self, paid, request_for, naira):
        other = PlanId(UUID(int=8))
        request = request_for(paid_period=PaidPeriod(promotion(FixedDiscount(naira(500_000)), plan_ids=(other,))))
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert (plan.proration.credit, plan.proration.charge) == (naira(250_000), naira(500_000))

    def test_has_no_use_for_a_promotion_that_the_next_period_gets(self, paid, request_for, naira):
        promoted = paid().promoted(promotion(FixedDiscount(naira(500_000)))).subscription
        plan = PlanChangePlanner.plan(promoted, request_for(), now=HALF_WAY)
        assert (plan.proration.credit, plan.proration.charge) == (naira(250_000), naira(500_000))

    @pytest.mark.parametrize("behavior", ProrationBehavior)
    def test_has_no_lines_where_there_is_no_difference(self, paid, request_for, behavior):
        plan = PlanChangePlanner.plan(paid(), request_for(500_000, behavior=behavior), now=HALF_WAY)
        assert isinstance(plan, ChangeApplied)
        assert (plan.change.events, plan.pending_lines) == ((), ())

    def test_is_for_nothing_in_a_period_that_was_free(self, paid, request_for):
        request = request_for(behavior=ProrationBehavior.INVOICE_NOW, paid_period=PaidPeriod(is_worth_nothing=True))
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert isinstance(plan, ChangeApplied)
        assert plan.pending_lines == ()

    @pytest.mark.parametrize(("price", "credit"), [(1_000_000, 250_000), (400_000, 250_000), (100_000, 110_000)])
    def test_gives_back_no_more_than_a_refund_has_left(self, paid, request_for, naira, price, credit):
        request = request_for(price, paid_period=PaidPeriod(returnable=naira(60_000)))
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert (plan.proration.credit, plan.proration.charge) == (naira(credit), naira(price // 2))

    def test_credits_a_new_period_with_no_more_than_a_refund_has_left_of_the_old_one(self, paid, request_for, naira):
        request = request_for(cycle_anchor=CycleAnchor.NOW, paid_period=PaidPeriod(returnable=naira(60_000)))
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert (plan.proration.credit, plan.draft.total) == (naira(60_000), naira(940_000))

    def test_waits_for_the_next_invoice_if_its_difference_is_too_small_to_charge(self, paid, request_for, naira):
        request = request_for(behavior=ProrationBehavior.INVOICE_NOW)
        enough = PlanChangePlanner.plan(paid(), request, now=HALF_WAY, minimum=naira(250_000))
        assert isinstance(enough, ChangeInvoiced)
        small = PlanChangePlanner.plan(paid(), request, now=HALF_WAY, minimum=naira(250_001))
        assert isinstance(small, ChangeApplied)
        assert sum(line.amount.amount for line in small.pending_lines) == 250_000


class TestAChangeOfInterval:
    def test_bills_the_new_period_less_the_time_unused(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=HALF_WAY)
        assert isinstance(plan, ChangeOnPayment)
        assert plan.draft.total == naira(750_000)
        assert plan.period == Period(HALF_WAY, Instant.from_utc(2026, 2, 14, 9))
        assert plan.change.subscription.terms == paid().terms
        assert plan.change.events == (EventType.INVOICE_CREATED,)

    def test_applies_once_paid(self, paid, request_for):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=HALF_WAY)
        settled = SettlementPlanner.plan_change(
            plan.change.subscription, plan.plan_change, plan.period, ChargeOutcome.PAID
        )
        assert isinstance(settled, Advance)
        assert settled.change.events == (
            EventType.SUBSCRIPTION_PLAN_CHANGED,
            EventType.SUBSCRIPTION_PAYMENT_SUCCESS,
        )
        changed = settled.change.subscription
        assert Period(changed.current_period_start, changed.current_period_end) == plan.period
        assert (changed.anchor, changed.terms, changed.cycles_completed) == (HALF_WAY, plan.plan_change.terms, 2)

    def test_leaves_the_old_terms_when_declined(self, paid, request_for):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=HALF_WAY)
        claimed = plan.change.subscription
        declined = SettlementPlanner.plan_change(claimed, plan.plan_change, plan.period, ChargeOutcome.DECLINED)
        assert declined == KeepTerms(claimed.told(EventType.SUBSCRIPTION_PAYMENT_FAILED))

    def test_gives_the_money_back_to_what_has_ended_or_moved(self, paid, request_for):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=HALF_WAY)
        claimed = plan.change.subscription
        ended = claimed.cancel_now(HALF_WAY).subscription
        moved = claimed.renewal_paid(claimed.next_period()).subscription
        for late in (ended, moved):
            settled = SettlementPlanner.plan_change(late, plan.plan_change, plan.period, ChargeOutcome.PAID)
            assert settled == PaidWithoutAdvance()
        void = SettlementPlanner.plan_change(ended, plan.plan_change, plan.period, ChargeOutcome.DECLINED)
        assert void == VoidInvoice()

    def test_puts_what_is_left_over_into_the_balance(self, paid, terms, request_for, naira):
        yearly = paid(terms=terms(12_000_000, cadence=YEARLY))
        plan = PlanChangePlanner.plan(yearly, request_for(), now=HALF_WAY)
        assert plan.draft.total.is_zero
        assert plan.draft.credit_granted == plan.proration.credit - naira(1_000_000)
        assert plan.change.subscription.balance == plan.draft.credit_granted

    def test_credits_nothing_when_asked_to(self, paid, request_for, naira):
        request = request_for(behavior=ProrationBehavior.NONE, cycle_anchor=CycleAnchor.NOW)
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert plan.draft.total == naira(1_000_000)
        assert plan.period == Period(HALF_WAY, Instant.from_utc(2025, 3, 14, 9))

    def test_takes_the_old_discount_off_the_credit_and_the_promotion_off_the_new_period(self, paid, request_for, naira):
        held = promotion(FixedDiscount(naira(100_000)))
        request = request_for(
            cadence=YEARLY, paid_period=PaidPeriod(promotion(FixedDiscount(naira(400_000)), cycles_used=1))
        )
        plan = PlanChangePlanner.plan(paid().promoted(held).subscription, request, now=HALF_WAY)
        assert (plan.proration.credit, plan.proration.charge) == (naira(50_000), naira(900_000))
        assert (plan.draft.discount, plan.draft.total) == (naira(100_000), naira(850_000))
        assert plan.promo_code_id == held.promo_code_id
        settled = SettlementPlanner.plan_change(
            plan.change.subscription, plan.plan_change, plan.period, ChargeOutcome.PAID, plan.promo_code_id
        )
        assert settled.change.subscription.promotion == held.used()

    def test_carries_what_is_too_small_to_charge(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=HALF_WAY, minimum=naira(750_001))
        assert plan.draft.total.is_zero
        assert plan.carried == PendingLine("Carried from the last invoice", naira(750_000))

    def test_bills_up_to_the_billing_day(self, paid, terms, request_for, naira):
        promoted = promotion(FixedDiscount(naira(28_000)))
        part = paid(billing_day=15, terms=terms(0), promotion=promoted)
        aligned = part.renewal_paid(part.next_period()).subscription
        plan = PlanChangePlanner.plan(
            aligned,
            request_for(280_000, cycle_anchor=CycleAnchor.NOW),
            now=Instant.from_utc(2025, 2, 20, 9),
        )
        assert plan.period == Period(Instant.from_utc(2025, 2, 20, 9), Instant.from_utc(2025, 3, 15, 9))
        assert plan.proration.charge == naira(252_000 * 23 // 28)
        assert plan.draft.total == plan.proration.charge
        settled = SettlementPlanner.plan_change(aligned, plan.plan_change, plan.period, ChargeOutcome.PAID)
        assert isinstance(settled, Advance)
        assert settled.change.subscription.cycles_completed == aligned.cycles_completed

    def test_ends_with_the_last_cycle_it_pays_for(self, paid, request_for):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY, max_cycles=2), now=HALF_WAY)
        settled = SettlementPlanner.plan_change(
            plan.change.subscription, plan.plan_change, plan.period, ChargeOutcome.PAID
        )
        assert settled.change.subscription.status is SubscriptionStatus.EXPIRED
        assert settled.change.subscription.access_ends_at == plan.period.end

    def test_keeps_the_credit_that_no_invoice_will_take_up(self, paid, request_for, naira):
        plan = PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY, max_cycles=2), now=HALF_WAY)
        lines = (PendingLine("Unused time on Gold", naira(-70)), PendingLine("Remaining time on Basic", naira(30)))
        settled = SettlementPlanner.plan_change(
            plan.change.subscription, plan.plan_change, plan.period, ChargeOutcome.PAID, pending_lines=lines
        )
        assert settled.change.subscription.balance == naira(70)


class TestAChangeThatWaits:
    def test_takes_over_at_the_renewal(self, paid, request_for, naira):
        request = request_for(cadence=YEARLY, timing=ChangeTiming.AT_RENEWAL)
        plan = PlanChangePlanner.plan(paid(), request, now=HALF_WAY)
        assert isinstance(plan, ChangeScheduled)
        bill = RenewalPlanner.plan(plan.change.subscription, "Gold", FEBRUARY_END)
        assert (bill.plan_change, bill.draft.total) == (request.change, naira(1_000_000))
        assert bill.period == Period(FEBRUARY_END, Instant.from_utc(2026, 2, 28, 9))
        assert bill.change.subscription.terms == paid().terms
        settled = SettlementPlanner.plan(bill.change.subscription, bill.period, ChargeOutcome.PAID, bill.plan_change)
        assert settled.change.events == (
            EventType.SUBSCRIPTION_PLAN_CHANGED,
            EventType.SUBSCRIPTION_PAYMENT_SUCCESS,
        )
        assert settled.change.subscription.terms == request.change.terms
        assert settled.change.subscription.scheduled_change is None

    def test_takes_over_once_recovered(self, paid, request_for):
        request = request_for(timing=ChangeTiming.AT_RENEWAL)
        waiting = PlanChangePlanner.plan(paid(), request, now=HALF_WAY).change.subscription
        bill = RenewalPlanner.plan(waiting, "Gold", FEBRUARY_END)
        failed = SettlementPlanner.plan(waiting, bill.period, ChargeOutcome.DECLINED, bill.plan_change).change
        assert failed.subscription.terms == paid().terms
        won = SettlementPlanner.plan(failed.subscription, bill.period, ChargeOutcome.PAID, bill.plan_change)
        assert won.change.subscription.terms == request.change.terms

    def test_takes_over_when_its_period_is_forgiven(self, subscription, request_for):
        late = subscription(SubscriptionStatus.PAST_DUE)
        change = SettlementPlanner.forgive(late, late.next_period(), request_for().change)
        assert change.events == (EventType.SUBSCRIPTION_PLAN_CHANGED, EventType.SUBSCRIPTION_RECOVERED)
        assert change.subscription.cycles_completed == 0
        assert change.subscription.current_period_end == late.next_period().end
        assert SettlementPlanner.forgive(late, late.next_period()).subscription.terms == late.terms

    @pytest.mark.parametrize(
        "status", [SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID, SubscriptionStatus.PAUSED]
    )
    def test_waits_where_nothing_can_be_billed(self, subscription, request_for, status):
        plan = PlanChangePlanner.plan(subscription(status), request_for(), now=HALF_WAY)
        assert isinstance(plan, ChangeScheduled)
        assert plan.change.subscription.terms == subscription().terms

    def test_applies_to_a_trial_at_once_and_for_nothing(self, start, request_for, epoch, naira):
        trial = start(trial_days=7).subscription
        plan = PlanChangePlanner.plan(trial, request_for(cadence=YEARLY), now=epoch)
        assert isinstance(plan, ChangeApplied)
        assert plan.proration.net == naira(0)
        assert plan.change.subscription.anchor == plan.change.subscription.current_period_end == trial.anchor


class TestAChangeThatIsRefused:
    def test_waits_for_a_charge(self, paid, request_for):
        with pytest.raises(PaymentInProgressError) as refused:
            PlanChangePlanner.plan(paid(), request_for(), now=HALF_WAY, is_charge_pending=True)
        assert refused.value.code == "payment_in_progress"

    @pytest.mark.parametrize("status", [SubscriptionStatus.INCOMPLETE, SubscriptionStatus.CANCELED])
    def test_is_not_open_to_what_has_not_begun_or_has_ended(self, subscription, request_for, status):
        with pytest.raises(ConflictError, match=status):
            PlanChangePlanner.plan(subscription(status), request_for(), now=HALF_WAY)

    def test_begins_no_new_period_before_the_one_that_is_due(self, paid, request_for):
        with pytest.raises(ConflictError) as refused:
            PlanChangePlanner.plan(paid(), request_for(cadence=YEARLY), now=FEBRUARY_END)
        assert refused.value.code == "renewal_due"

    def test_keeps_the_currency(self, paid, terms):
        dollars = Terms(terms().plan_id, Money(1, Currency("USD")), Cadence(Interval.MONTH))
        request = PlanChangeRequest(PlanChange(dollars), old_name="Basic", new_name="Gold")
        with pytest.raises(InvalidInputError):
            PlanChangePlanner.plan(paid(), request, now=HALF_WAY)

    def test_keeps_within_the_cycles_of_the_new_terms(self, paid, request_for):
        with pytest.raises(InvalidInputError):
            PlanChangePlanner.plan(paid(), request_for(max_cycles=1, cadence=YEARLY), now=HALF_WAY)
        assert PlanChangePlanner.plan(paid(), request_for(max_cycles=1), now=HALF_WAY)
