from dataclasses import replace
from fractions import Fraction

import pytest
from whenever import Instant

from duro.billing import (
    Cadence,
    EventType,
    Interval,
    OutsideHorizonError,
    PaymentInProgressError,
    PendingLine,
    Share,
    SubscriptionStatus,
)
from duro.kernel import ConflictError, Currency, CurrencyMismatchError, InvalidInputError, Money, Period

FEBRUARY_END = Instant.from_utc(2025, 2, 28, 9)
MARCH = Period(FEBRUARY_END, Instant.from_utc(2025, 3, 31, 9))
NOON = Instant.from_utc(2025, 2, 10, 12)

ENDED = [SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED, SubscriptionStatus.INCOMPLETE_EXPIRED]
OWING = [SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID]


class TestASubscriptionThatStarts:
    def test_waits_for_its_first_payment(self, start, epoch):
        change = start()
        fresh = change.subscription
        assert change.events == (EventType.SUBSCRIPTION_CREATED,)
        assert fresh.status is SubscriptionStatus.INCOMPLETE
        assert fresh.anchor == fresh.current_period_start == fresh.current_period_end == fresh.created_at == epoch
        assert (fresh.trial_ends_at, fresh.access_ends_at, fresh.canceled_at) == (None, None, None)
        assert (fresh.cycles_completed, fresh.cancel_at_period_end, fresh.event_sequence) == (0, False, 1)
        assert fresh.balance == Money.zero(Currency("NGN"))
        assert fresh.metadata == {"seat": "12A"}

    def test_is_not_found_by_a_scan_while_it_waits(self, start, epoch):
        assert not start().subscription.is_due(epoch)

    def test_is_on_trial_for_whole_local_days(self, start):
        """Two weeks from the first of March reach over the night on which New York loses an hour."""
        change = start(zone="America/New_York", trial_days=14, now=Instant.from_utc(2025, 3, 1, 15))
        trial = change.subscription
        end = Instant.from_utc(2025, 3, 15, 14)
        assert change.events == (EventType.SUBSCRIPTION_CREATED,)
        assert trial.status is SubscriptionStatus.TRIALING
        assert trial.anchor == trial.current_period_end == trial.trial_ends_at == end
        assert trial.current_period_start == Instant.from_utc(2025, 3, 1, 15)
        assert trial.event_sequence == 1

    def test_is_active_and_uncharged_where_a_period_is_paid_already(self, start, epoch):
        change = start(current_period_end=FEBRUARY_END, trial_days=14)
        prepaid = change.subscription
        assert change.events == (EventType.SUBSCRIPTION_CREATED, EventType.SUBSCRIPTION_ACTIVATED)
        assert prepaid.status is SubscriptionStatus.ACTIVE
        assert prepaid.anchor == prepaid.current_period_end == FEBRUARY_END
        assert (prepaid.current_period_start, prepaid.trial_ends_at) == (epoch, None)
        assert (prepaid.cycles_completed, prepaid.event_sequence) == (0, 2)

    def test_reports_every_fault_at_once(self, start, epoch):
        with pytest.raises(InvalidInputError) as refused:
            start(quantity=0, trial_days=-1, current_period_end=epoch)
        assert [fault.path for fault in refused.value.faults] == ["quantity", "trialDays", "currentPeriodEnd"]

    def test_is_refused_in_a_zone_nobody_knows(self, start):
        with pytest.raises(InvalidInputError) as refused:
            start(zone="Africa/Wakanda")
        assert [fault.path for fault in refused.value.faults] == ["zone"]

    @pytest.mark.parametrize(
        "given",
        [{"trial_days": 0}, {"trial_days": 14}, {"current_period_end": Instant.from_utc(2200, 12, 31)}],
        ids=str,
    )
    def test_is_refused_before_a_first_period_that_reaches_past_the_calendar(self, start, terms, given):
        with pytest.raises(OutsideHorizonError):
            start(terms=terms(cadence=Cadence(Interval.YEAR, 1_000)), **given)


class TestASubscriptionThatIsPaid:
    def test_moves_on_by_one_period(self, subscription):
        change = subscription().renewal_paid(MARCH)
        assert change.events == (EventType.SUBSCRIPTION_PAYMENT_SUCCESS,)
        assert change.subscription.status is SubscriptionStatus.ACTIVE
        assert change.subscription.current_period_start == MARCH.start
        assert change.subscription.current_period_end == MARCH.end
        assert (change.subscription.cycles_completed, change.subscription.event_sequence) == (1, 3)

    def test_keeps_its_anchor(self, subscription):
        before = subscription()
        assert before.renewal_paid(MARCH).subscription.cycle == before.cycle

    @pytest.mark.parametrize("status", [SubscriptionStatus.TRIALING, SubscriptionStatus.INCOMPLETE])
    def test_becomes_active(self, subscription, status):
        change = subscription(status).renewal_paid(MARCH)
        assert change.subscription.status is SubscriptionStatus.ACTIVE
        assert change.events == (EventType.SUBSCRIPTION_ACTIVATED, EventType.SUBSCRIPTION_PAYMENT_SUCCESS)

    @pytest.mark.parametrize("status", OWING)
    def test_recovers_to_the_row_a_first_try_would_have_left(self, subscription, status):
        at_once = subscription().renewal_paid(MARCH).subscription
        change = subscription(status).renewal_paid(MARCH)
        assert change.events == (
            EventType.SUBSCRIPTION_RECOVERED,
            EventType.SUBSCRIPTION_PAYMENT_SUCCESS,
            EventType.SUBSCRIPTION_PAYMENT_RECOVERED,
        )
        assert replace(change.subscription, event_sequence=at_once.event_sequence) == at_once

    def test_expires_with_its_last_cycle_and_keeps_access_to_the_end_of_it(self, subscription, terms):
        last = subscription(terms=terms(max_cycles=3), cycles_completed=2)
        change = last.renewal_paid(MARCH)
        assert change.events == (EventType.SUBSCRIPTION_PAYMENT_SUCCESS, EventType.SUBSCRIPTION_EXPIRED)
        assert change.subscription.status is SubscriptionStatus.EXPIRED
        assert (change.subscription.cycles_completed, change.subscription.access_ends_at) == (3, MARCH.end)
        assert change.subscription.event_sequence == last.event_sequence + 2

    def test_goes_on_while_cycles_are_left(self, subscription, terms):
        change = subscription(terms=terms(max_cycles=3), cycles_completed=1).renewal_paid(MARCH)
        assert change.subscription.status is SubscriptionStatus.ACTIVE

    def test_is_never_moved_twice_by_one_period(self, subscription):
        moved = subscription().renewal_paid(MARCH).subscription
        with pytest.raises(ConflictError) as refused:
            moved.renewal_paid(MARCH)
        assert refused.value.code == "period_out_of_order"

    @pytest.mark.parametrize("status", [*ENDED, SubscriptionStatus.PAUSED])
    def test_is_not_moved_once_it_has_ended_or_rests(self, subscription, status):
        with pytest.raises(ConflictError) as refused:
            subscription(status).renewal_paid(MARCH)
        assert refused.value.code == "illegal_transition"


class TestASubscriptionWhoseChargeFails:
    @pytest.mark.parametrize("status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING])
    def test_is_past_due_and_its_period_stays(self, subscription, status):
        before = subscription(status)
        change = before.renewal_failed()
        assert change.events == (EventType.SUBSCRIPTION_PAST_DUE, EventType.SUBSCRIPTION_PAYMENT_FAILED)
        assert change.subscription == replace(before, status=SubscriptionStatus.PAST_DUE, event_sequence=4)

    @pytest.mark.parametrize("status", [SubscriptionStatus.INCOMPLETE, *OWING])
    def test_stays_as_it_is_when_it_was_waiting_or_owing_already(self, subscription, status):
        before = subscription(status)
        change = before.renewal_failed()
        assert change.events == (EventType.SUBSCRIPTION_PAYMENT_FAILED,)
        assert change.subscription == replace(before, event_sequence=3)

    @pytest.mark.parametrize("status", [*ENDED, SubscriptionStatus.PAUSED])
    def test_is_not_touched_once_it_has_ended_or_rests(self, subscription, status):
        with pytest.raises(ConflictError):
            subscription(status).renewal_failed()


class TestASubscriptionThatIsCanceled:
    @pytest.mark.parametrize("status", [status for status in SubscriptionStatus if status not in ENDED])
    def test_ends_at_once_with_its_access(self, subscription, status):
        change = subscription(status, cancel_at_period_end=True).cancel_now(NOON)
        assert change.events == (EventType.SUBSCRIPTION_CANCELLED,)
        assert change.subscription.status is SubscriptionStatus.CANCELED
        assert change.subscription.canceled_at == change.subscription.access_ends_at == NOON
        assert not change.subscription.cancel_at_period_end

    @pytest.mark.parametrize(
        "status", [SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING, SubscriptionStatus.PAUSED]
    )
    def test_runs_on_to_the_end_of_its_period(self, subscription, status):
        before = subscription(status)
        change = before.cancel_at_end(NOON)
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert change.subscription == replace(before, cancel_at_period_end=True, event_sequence=3)

    @pytest.mark.parametrize("status", [SubscriptionStatus.INCOMPLETE, *OWING])
    def test_ends_at_once_where_no_period_is_paid(self, subscription, status):
        assert subscription(status).cancel_at_end(NOON) == subscription(status).cancel_now(NOON)

    def test_is_kept_after_all(self, subscription):
        before = subscription()
        change = before.cancel_at_end(NOON).subscription.keep()
        assert change.events == (EventType.SUBSCRIPTION_UPDATED,)
        assert change.subscription == replace(before, event_sequence=4)

    def test_says_nothing_when_asked_twice(self, subscription):
        leaving = subscription().cancel_at_end(NOON).subscription
        assert leaving.cancel_at_end(NOON).events == ()
        assert leaving.cancel_at_end(NOON).subscription == leaving
        assert subscription().keep().events == ()

    def test_ends_at_the_boundary_it_was_to_end_at(self, subscription):
        change = subscription(cancel_at_period_end=True).end_at_period()
        assert change.events == (EventType.SUBSCRIPTION_CANCELLED,)
        assert change.subscription.status is SubscriptionStatus.CANCELED
        assert change.subscription.canceled_at == change.subscription.access_ends_at == FEBRUARY_END

    @pytest.mark.parametrize("status", ENDED)
    def test_can_end_only_once(self, subscription, status):
        ended = subscription(status)
        for act in (
            lambda: ended.cancel_now(NOON),
            lambda: ended.cancel_at_end(NOON),
            ended.keep,
            ended.end_at_period,
            ended.reach_limit,
            lambda: ended.expire_incomplete(NOON),
        ):
            with pytest.raises(ConflictError) as refused:
                act()
            assert refused.value.code == "illegal_transition"


class TestASubscriptionThatRunsOut:
    def test_expires_and_keeps_access_to_the_end_of_its_period(self, subscription):
        change = subscription().reach_limit()
        assert change.events == (EventType.SUBSCRIPTION_EXPIRED,)
        assert change.subscription.status is SubscriptionStatus.EXPIRED
        assert change.subscription.access_ends_at == FEBRUARY_END

    def test_expires_when_its_first_payment_never_comes(self, start):
        change = start().subscription.expire_incomplete(NOON)
        assert change.events == (EventType.SUBSCRIPTION_EXPIRED,)
        assert change.subscription.status is SubscriptionStatus.INCOMPLETE_EXPIRED
        assert change.subscription.access_ends_at == NOON


class TestASubscription:
    def test_is_due_from_the_end_of_its_period_on(self, subscription):
        assert not subscription().is_due(FEBRUARY_END.subtract(microseconds=1))
        assert subscription().is_due(FEBRUARY_END)
        assert subscription(SubscriptionStatus.TRIALING).is_due(FEBRUARY_END)

    @pytest.mark.parametrize(
        "status", sorted(set(SubscriptionStatus) - {SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING})
    )
    def test_is_never_due_while_it_does_not_renew(self, subscription, status):
        assert not subscription(status).is_due(MARCH.end)

    @pytest.mark.parametrize("status", list(SubscriptionStatus))
    def test_is_terminal_in_three_statuses(self, subscription, status):
        assert subscription(status).is_terminal == (status in ENDED)

    def test_renews_on_the_grid_of_its_anchor_zone_and_cadence(self, start, terms):
        weekly = start(terms=terms(cadence=Cadence(Interval.WEEK, 2)), zone="Asia/Tokyo").subscription
        assert (weekly.cycle.anchor, weekly.cycle.zone) == (weekly.anchor, "Asia/Tokyo")
        assert weekly.cycle.cadence == Cadence(Interval.WEEK, 2)

    def test_bills_next_what_starts_where_its_period_ends(self, subscription):
        assert subscription().next_period() == Period(FEBRUARY_END, Instant.from_utc(2025, 3, 28, 9))

    def test_counts_what_it_tells(self, subscription):
        change = subscription().told(EventType.INVOICE_CREATED, EventType.SUBSCRIPTION_PAYMENT_REFUNDED)
        assert change.subscription == replace(subscription(), event_sequence=4)
        assert len(change.events) == 2

    def test_holds_credit_down_to_nothing(self, subscription, naira):
        rich = subscription().credited(naira(300))
        assert rich.credited(naira(-300)).balance == naira(0)
        with pytest.raises(ConflictError) as refused:
            rich.credited(naira(-301))
        assert refused.value.code == "insufficient_credit"

    def test_holds_credit_in_its_own_currency_only(self, subscription):
        with pytest.raises(CurrencyMismatchError):
            subscription().credited(Money(1, Currency("USD")))


class TestABillingDay:
    def test_bills_the_part_period_before_it_first(self, start, epoch):
        begun = start(billing_day=15).subscription
        assert begun.next_period() == Period(epoch, Instant.from_utc(2025, 2, 15, 9))
        assert begun.next_share() == Share(Fraction(15, 31))
        paid = begun.renewal_paid(begun.next_period())
        assert paid.subscription.cycles_completed == 0
        assert paid.subscription.next_period() == Period(
            Instant.from_utc(2025, 2, 15, 9), Instant.from_utc(2025, 3, 15, 9)
        )

    def test_is_remembered_through_months_that_lack_it(self, start):
        begun = start(billing_day=31, now=Instant.from_utc(2025, 2, 3, 9)).subscription
        assert begun.anchor == Instant.from_utc(2025, 2, 28, 9)
        assert begun.cycle.boundary(1) == Instant.from_utc(2025, 3, 31, 9)
        assert begun.cycle.billing_day == 31

    def test_comes_after_a_trial(self, start):
        trial = start(trial_days=7, billing_day=15).subscription
        assert trial.next_period() == Period(Instant.from_utc(2025, 2, 7, 9), Instant.from_utc(2025, 2, 15, 9))

    def test_comes_after_what_is_paid_already(self, start):
        prepaid = start(current_period_end=Instant.from_utc(2025, 3, 1, 9), billing_day=15).subscription
        assert prepaid.next_period().end == Instant.from_utc(2025, 3, 15, 9)

    def test_changes_nothing_for_one_that_starts_on_it(self, start):
        assert start(billing_day=31).subscription.next_period() == start().subscription.next_period()

    def test_is_for_months_only(self, start, terms):
        with pytest.raises(InvalidInputError):
            start(terms=terms(cadence=Cadence(Interval.WEEK)), billing_day=15)


class TestAPause:
    def test_lets_the_current_period_run_on(self, paid):
        paused = paid().pause(is_charge_pending=False)
        assert paused.events == (EventType.SUBSCRIPTION_PAUSED,)
        assert paused.subscription.current_period_end == paid().current_period_end
        assert not paused.subscription.is_due(paid().current_period_end)

    def test_waits_for_a_charge(self, paid):
        with pytest.raises(PaymentInProgressError):
            paid().pause(is_charge_pending=True)

    @pytest.mark.parametrize("status", sorted(set(SubscriptionStatus) - {SubscriptionStatus.ACTIVE}))
    def test_is_open_only_to_what_is_active(self, subscription, status):
        with pytest.raises(ConflictError):
            subscription(status).pause(is_charge_pending=False)

    def test_ends_within_the_period_as_if_it_had_not_been(self, paid):
        paused = paid().pause(is_charge_pending=False).subscription
        resumed = paused.resume(paused.current_period_end.subtract(seconds=1))
        assert resumed.events == (EventType.SUBSCRIPTION_RESUMED,)
        assert resumed.subscription.next_period() == paid().next_period()

    @pytest.mark.parametrize("days", [0, 40])
    def test_ends_later_with_a_bill_that_is_due_at_once(self, paid, days):
        paused = paid().pause(is_charge_pending=False).subscription
        now = paused.current_period_end.add(hours=24 * days)
        resumed = paused.resume(now).subscription
        assert (resumed.anchor, resumed.current_period_start, resumed.current_period_end) == (now, now, now)
        assert resumed.is_due(now)

    def test_ends_later_with_the_part_period_before_the_billing_day(self, paid):
        paused = paid(billing_day=15).pause(is_charge_pending=False).subscription
        resumed = paused.resume(Instant.from_utc(2025, 5, 1, 9)).subscription
        assert resumed.next_period().end == Instant.from_utc(2025, 5, 15, 9)

    def test_is_canceled_at_once_when_nothing_paid_is_left(self, paid):
        paused = paid().pause(is_charge_pending=False).subscription
        assert paused.cancel_at_end(paused.current_period_end).subscription.is_terminal
        assert not paused.cancel_at_end(paused.current_period_start).subscription.is_terminal


class TestPendingLinesAtTheEnd:
    def test_leave_their_credits_and_drop_their_charges(self, subscription, naira, epoch):
        lines = (PendingLine("a", naira(-30)), PendingLine("b", naira(900)), PendingLine("c", naira(-5)))
        now = subscription()
        for ended in (
            now.cancel_now(epoch, lines),
            now.end_at_period(lines),
            now.reach_limit(lines),
            subscription(SubscriptionStatus.UNPAID).cancel_at_end(epoch, lines),
        ):
            assert ended.subscription.balance == naira(35)
