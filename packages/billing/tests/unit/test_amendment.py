from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import pytest
from whenever import Instant

from duro.billing import (
    Amendment,
    Cadence,
    EventType,
    Interval,
    PaymentInProgressError,
    PlanChange,
    Share,
    SubscriptionStateMachine,
    SubscriptionStatus,
)
from duro.kernel import ConflictError, InvalidInputError, PaymentMethodId, Period

FEBRUARY_END = Instant.from_utc(2025, 2, 28, 9)
HALF_WAY = Instant.from_utc(2025, 2, 14, 9)
TENTH_OF_FEBRUARY = Instant.from_utc(2025, 2, 10, 9)
YEARLY = Cadence(Interval.YEAR)
WEEKLY = Cadence(Interval.WEEK)


class TestAPlanChange:
    def test_refuses_a_quantity_of_nothing(self, terms):
        with pytest.raises(InvalidInputError):
            PlanChange(terms(), 0)

    def test_refuses_a_zone_that_is_none(self, terms):
        with pytest.raises(InvalidInputError):
            PlanChange(terms(), 1, "Africa/Atlantis")


class TestAnAmendment:
    def test_changes_terms_and_keeps_the_grid(self, paid, terms):
        change = Amendment(paid()).made(PlanChange(terms(9), 2, "Asia/Tokyo"), at=TENTH_OF_FEBRUARY)
        assert change.events == (EventType.SUBSCRIPTION_PLAN_CHANGED,)
        assert (change.subscription.terms, change.subscription.quantity) == (terms(9), 2)
        assert (change.subscription.anchor, change.subscription.zone) == (paid().anchor, "Africa/Lagos")

    def test_lays_the_grid_anew_for_another_cadence(self, paid, terms):
        change = Amendment(paid()).made(PlanChange(terms(9, cadence=YEARLY), 1, "Asia/Tokyo"), at=TENTH_OF_FEBRUARY)
        assert (change.subscription.anchor, change.subscription.zone) == (TENTH_OF_FEBRUARY, "Asia/Tokyo")

    def test_tells_of_another_quantity_as_an_update(self, paid, terms):
        assert Amendment(paid()).made(PlanChange(terms(), 2), at=TENTH_OF_FEBRUARY).events == (
            EventType.SUBSCRIPTION_UPDATED,
        )

    def test_tells_nothing_when_nothing_changes(self, paid, terms):
        assert Amendment(paid()).made(PlanChange(terms(), 1), at=TENTH_OF_FEBRUARY) == paid().told()

    def test_takes_the_place_of_what_was_scheduled(self, paid, terms):
        waiting = Amendment(paid()).scheduled(PlanChange(terms(9))).subscription
        change = Amendment(waiting).made(PlanChange(terms(), 1), at=TENTH_OF_FEBRUARY)
        assert change.subscription.scheduled_change is None
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)

    def test_is_scheduled_once_and_taken_back(self, paid, terms):
        change = Amendment(paid()).scheduled(PlanChange(terms(9)))
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert change.subscription.scheduled_change == PlanChange(terms(9))
        assert Amendment(change.subscription).scheduled(PlanChange(terms(9))).events == ()
        assert Amendment(change.subscription).scheduled(None).subscription.scheduled_change is None

    @pytest.mark.parametrize("status", sorted(SubscriptionStateMachine.TERMINAL))
    def test_schedules_nothing_for_what_has_ended(self, subscription, status):
        with pytest.raises(ConflictError, match=status):
            Amendment(subscription(status)).scheduled(None)

    def test_renews_on_what_is_scheduled(self, paid, terms):
        waiting = replace(paid(), scheduled_change=PlanChange(terms(9, cadence=WEEKLY), 3))
        renewed = Amendment(waiting).as_renewed
        assert (renewed.terms, renewed.quantity) == (terms(9, cadence=WEEKLY), 3)
        assert renewed.next_period() == Period(FEBRUARY_END, Instant.from_utc(2025, 3, 7, 9))
        assert Amendment(paid()).as_renewed == paid()

    def test_leaves_what_was_scheduled_since_the_invoice(self, paid, terms):
        later = replace(paid(), scheduled_change=PlanChange(terms(11)))
        change = Amendment(later).taken_over(PlanChange(terms(9)), at=FEBRUARY_END)
        assert change.subscription.terms == terms(9)
        assert change.subscription.scheduled_change == PlanChange(terms(11))


class TestWhatIsLeft:
    def test_is_a_part_of_the_current_period(self, paid):
        assert Amendment(paid()).share_left(HALF_WAY) == Share(Fraction(1, 2))

    def test_is_nothing_once_the_period_is_over(self, paid):
        assert Amendment(paid()).share_left(FEBRUARY_END) == Share.NOTHING

    def test_is_nothing_of_a_trial(self, start, epoch):
        assert Amendment(start(trial_days=9).subscription).share_left(epoch) == Share.NOTHING

    def test_counts_whole_periods_of_time_paid_elsewhere(self, start, epoch):
        prepaid = start(current_period_end=Instant.from_utc(2025, 4, 30, 9)).subscription
        assert Amendment(prepaid).share_left(HALF_WAY) == Share(2 + Fraction(14, 29))
        assert Amendment(prepaid).share_left(epoch.subtract(hours=1)) == Amendment(prepaid).share_left(epoch)

    def test_counts_time_paid_elsewhere_before_a_billing_day_too(self, start):
        prepaid = start(current_period_end=Instant.from_utc(2025, 4, 10, 9), billing_day=15).subscription
        left = Amendment(prepaid).share_left(Instant.from_utc(2025, 2, 15, 9))
        assert left == Share(1 + Fraction(26, 31))

    def test_measures_a_part_period_in_whole_ones(self, paid):
        part = paid(billing_day=14)
        assert part.current_period_end == Instant.from_utc(2025, 2, 14, 9)
        assert Amendment(part).share_left(Instant.from_utc(2025, 2, 7, 9)) == Share(Fraction(7, 31))


class TestAligning:
    def test_bills_a_part_period_before_the_new_billing_day(self, paid):
        change = Amendment(paid()).aligned(15, is_charge_pending=False)
        aligned = change.subscription
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert aligned.next_period() == Period(FEBRUARY_END, Instant.from_utc(2025, 3, 15, 9))
        assert aligned.next_share() == Share(Fraction(15, 28))
        renewed = aligned.renewal_paid(aligned.next_period()).subscription
        assert renewed.cycles_completed == 1
        assert renewed.next_period() == Period(Instant.from_utc(2025, 3, 15, 9), Instant.from_utc(2025, 4, 15, 9))

    def test_remembers_a_day_that_not_every_month_has(self, paid):
        aligned = Amendment(paid()).aligned(30, is_charge_pending=False).subscription
        assert aligned.next_share() == Share.WHOLE
        assert aligned.next_period() == Period(FEBRUARY_END, Instant.from_utc(2025, 3, 30, 9))
        assert Amendment(aligned).share_left(HALF_WAY) == Share(Fraction(1, 2))

    def test_moves_on_while_the_period_still_runs(self, paid):
        aligned = Amendment(paid()).aligned(15, is_charge_pending=False).subscription
        moved = Amendment(aligned).aligned(10, is_charge_pending=False).subscription
        assert moved.next_period() == Period(FEBRUARY_END, Instant.from_utc(2025, 3, 10, 9))
        assert Amendment(moved).aligned(10, is_charge_pending=False).events == ()
        assert Amendment(moved).share_left(HALF_WAY) == Share(Fraction(1, 2))

    def test_bills_on_the_day_a_trial_ends_if_it_is_that(self, start):
        trial = start(trial_days=7).subscription
        aligned = Amendment(trial).aligned(7, is_charge_pending=False).subscription
        assert (aligned.anchor, aligned.billing_day) == (trial.anchor, 7)

    def test_moves_the_billing_day_of_a_trial(self, start):
        trial = start(trial_days=7, billing_day=9).subscription
        moved = Amendment(trial).aligned(15, is_charge_pending=False).subscription
        assert moved.next_period() == Period(Instant.from_utc(2025, 2, 7, 9), Instant.from_utc(2025, 2, 15, 9))

    def test_waits_for_a_whole_period(self, paid):
        with pytest.raises(ConflictError) as refused:
            Amendment(paid(billing_day=15)).aligned(20, is_charge_pending=False)
        assert refused.value.code == "period_is_partial"

    @pytest.mark.parametrize("day", [0, 32])
    def test_refuses_a_day_no_month_has(self, paid, day):
        with pytest.raises(InvalidInputError):
            Amendment(paid()).aligned(day, is_charge_pending=False)

    def test_refuses_a_cadence_without_months(self, paid, terms):
        with pytest.raises(InvalidInputError):
            Amendment(paid(terms=terms(cadence=WEEKLY))).aligned(15, is_charge_pending=False)

    def test_waits_for_a_charge(self, paid):
        with pytest.raises(PaymentInProgressError):
            Amendment(paid()).aligned(15, is_charge_pending=True)

    @pytest.mark.parametrize(
        "status", [SubscriptionStatus.PAST_DUE, SubscriptionStatus.INCOMPLETE, SubscriptionStatus.CANCELED]
    )
    def test_leaves_an_invoiced_period_alone(self, subscription, status):
        with pytest.raises(ConflictError):
            Amendment(subscription(status)).aligned(15, is_charge_pending=False)


class TestADescription:
    def test_replaces_all_that_was_kept(self, paid):
        change = Amendment(paid()).described({"floor": "2"})
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert change.subscription.metadata == {"floor": "2"}

    def test_that_says_the_same_changes_nothing(self, paid):
        assert Amendment(paid()).described(dict(paid().metadata)) == paid().told()

    def test_may_be_given_to_what_has_ended(self, subscription):
        ended = Amendment(subscription(SubscriptionStatus.CANCELED)).described({}).subscription
        assert (ended.status, ended.metadata) == (SubscriptionStatus.CANCELED, {})


class TestAnotherMethod:
    @pytest.mark.parametrize("method_id", [None, PaymentMethodId(UUID(int=4))])
    def test_is_charged_from_now_on(self, paid, method_id):
        change = Amendment(paid()).paid_with(method_id, is_charge_pending=False)
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert change.subscription.payment_method_id == method_id

    def test_that_is_the_same_one_changes_nothing(self, paid):
        assert Amendment(paid()).paid_with(paid().payment_method_id, is_charge_pending=True) == paid().told()

    def test_waits_for_a_charge(self, paid):
        with pytest.raises(PaymentInProgressError):
            Amendment(paid()).paid_with(None, is_charge_pending=True)

    def test_is_of_no_use_to_what_has_ended(self, subscription):
        with pytest.raises(ConflictError):
            Amendment(subscription(SubscriptionStatus.CANCELED)).paid_with(None, is_charge_pending=False)
