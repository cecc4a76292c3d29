from dataclasses import replace

import pytest
from whenever import Instant

from duro.billing import (
    Bill,
    BillMissed,
    Cadence,
    EventType,
    Interval,
    MissedPeriods,
    MissedPeriodsPlanner,
    NothingMissed,
    NotRenewable,
    RenewalPlanner,
    SkipMissed,
    SkipReason,
    SubscriptionStatus,
)
from duro.kernel import Period

FEBRUARY_END = Instant.from_utc(2025, 2, 28, 9)
MARCH_END = Instant.from_utc(2025, 3, 31, 9)
APRIL_END = Instant.from_utc(2025, 4, 30, 9)


class TestMissedPeriods:
    @pytest.mark.parametrize(
        ("interval", "usual"),
        [
            (Interval.HOUR, MissedPeriods.SKIP),
            (Interval.DAY, MissedPeriods.SKIP),
            (Interval.WEEK, MissedPeriods.SKIP),
            (Interval.MONTH, MissedPeriods.BILL),
            (Interval.YEAR, MissedPeriods.BILL),
        ],
    )
    def test_are_usually_billed_from_a_month_on(self, interval, usual):
        assert MissedPeriods.usual_for(Cadence(interval)) is usual

    def test_are_none_while_the_next_period_still_runs(self, paid):
        plan = MissedPeriodsPlanner.plan(paid(), MissedPeriods.BILL, MARCH_END.subtract(seconds=1))
        assert plan == NothingMissed()

    def test_are_none_before_the_next_period_is_due(self, paid):
        assert (
            MissedPeriodsPlanner.plan(paid(), MissedPeriods.SKIP, FEBRUARY_END.subtract(seconds=1)) == NothingMissed()
        )

    def test_are_none_of_a_subscription_in_recovery(self, subscription):
        late = MissedPeriodsPlanner.plan(subscription(SubscriptionStatus.UNPAID), MissedPeriods.SKIP, APRIL_END)
        assert late == NothingMissed()

    def test_are_billed_one_by_one(self, paid):
        assert MissedPeriodsPlanner.plan(paid(), MissedPeriods.BILL, MARCH_END) == BillMissed(1)
        assert MissedPeriodsPlanner.plan(paid(), MissedPeriods.BILL, APRIL_END) == BillMissed(2)

    def test_are_skipped_up_to_the_one_that_contains_now(self, paid):
        now = APRIL_END.add(hours=1)
        plan = MissedPeriodsPlanner.plan(paid(), MissedPeriods.SKIP, now)
        assert isinstance(plan, SkipMissed)
        assert plan.skipped_periods == 2
        assert plan.change.events == (EventType.SUBSCRIPTION_UPDATED,)
        skipped = plan.change.subscription
        assert skipped.next_period() == Period(APRIL_END, Instant.from_utc(2025, 5, 31, 9))
        assert skipped.cycles_completed == 1
        assert MissedPeriodsPlanner.plan(skipped, MissedPeriods.SKIP, now) == NothingMissed()
        assert RenewalPlanner.plan(skipped, "Gold", now).period.contains(now)


class TestAPayerWhoIsBehind:
    def test_is_charged_a_day_after_they_paid(self, paid):
        paced = MissedPeriodsPlanner.paced(paid(), MissedPeriods.BILL, APRIL_END)
        assert (paced.renews_from, paced.renews_at) == (APRIL_END.add(hours=24), APRIL_END.add(hours=24))
        assert not paced.may_renew(APRIL_END.add(hours=24).subtract(nanoseconds=1_000))
        assert paced.may_renew(APRIL_END.add(hours=24))

    def test_is_charged_on_the_usual_day_once_they_have_caught_up(self, paid):
        behind = MissedPeriodsPlanner.paced(paid(), MissedPeriods.BILL, APRIL_END)
        paced = MissedPeriodsPlanner.paced(behind, MissedPeriods.BILL, FEBRUARY_END.subtract(seconds=1))
        assert (paced.renews_from, paced.renews_at) == (None, FEBRUARY_END)

    def test_is_charged_at_once_where_what_went_by_is_skipped(self, paid):
        assert MissedPeriodsPlanner.paced(paid(), MissedPeriods.SKIP, APRIL_END).renews_from is None

    def test_is_charged_at_once_for_days_which_a_day_would_never_catch_up_with(self, paid, terms):
        daily = paid(terms=terms(cadence=Cadence(Interval.DAY)))
        assert MissedPeriodsPlanner.paced(daily, MissedPeriods.BILL, APRIL_END).renews_from is None

    @pytest.mark.parametrize(("taken", "waits"), [(-1, 24), (0, 24), (1, 25), (24, 48)])
    def test_waits_for_those_who_are_behind_on_the_same_card(self, paid, taken, waits):
        paced = MissedPeriodsPlanner.paced(paid(), MissedPeriods.BILL, APRIL_END)
        spaced = MissedPeriodsPlanner.spaced(paced, APRIL_END.add(hours=taken))
        assert spaced == replace(paced, renews_from=APRIL_END.add(hours=waits))
        assert MissedPeriodsPlanner.spaced(paid(), APRIL_END) == paid()

    def test_is_told_of_the_renewal_that_waits(self, paid):
        paced = MissedPeriodsPlanner.paced(paid(), MissedPeriods.BILL, APRIL_END)
        assert RenewalPlanner.plan(paced, "Gold", APRIL_END) == NotRenewable(SkipReason.CATCHING_UP)
        upcoming = RenewalPlanner.upcoming(paced, "Gold")
        assert isinstance(upcoming, Bill)
        assert upcoming.period == Period(FEBRUARY_END, MARCH_END)
