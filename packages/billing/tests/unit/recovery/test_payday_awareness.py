from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import FailureCategory, Zone
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningAttempt,
    DunningCause,
    DunningSettings,
    DunningStrategy,
    FailureCode,
    Instrument,
    PaydayAwareness,
    PaydayBank,
    Rail,
    RetrySchedule,
    Sighting,
)

STRATEGY = DunningStrategy.published()
MIDMONTH = Instant.from_utc(2026, 4, 15, 10)
EMPTY, SOFT = FailureCategory.INSUFFICIENT_FUNDS, FailureCategory.DO_NOT_HONOR
HOUR = TimeDelta(hours=1)
LAGOS = Zone("Africa/Lagos")


def _settings(mode: PaydayAwareness, **others: object) -> DunningSettings:
    return DunningSettings(payday_aware=mode, schedule=RetrySchedule(spread_seconds=0), **others)


HEDGED, LEARNED = _settings(PaydayAwareness.HEDGED), _settings(PaydayAwareness.LEARNED)


def _paid_on_the_18th():
    """Return what is believed of a payer who had money on the 18th or soon after, and none before."""
    months = [(2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3)]
    sights = [Sighting(Instant.from_utc(year, month, 18, 19), is_money=True) for year, month in months]
    sights += [Sighting(Instant.from_utc(year, month, 14, 19), is_money=False) for year, month in months]
    return PaydayBank().rebuilt(sights, zone=LAGOS, until=MIDMONTH)


class TestAwarenessOfPaydays:
    def test_is_learned_unless_the_merchant_says_otherwise(self):
        assert DunningSettings().payday_aware is PaydayAwareness.LEARNED

    def test_waits_for_the_payday_that_a_payer_was_seen_to_have_and_says_so(self, case):
        decision = STRATEGY.decide(case(EMPTY, settings=LEARNED, profile=_paid_on_the_18th()))
        assert (decision.action, decision.cause) == (DunningAction.RETRY_PAYDAY, DunningCause.PAYDAY)
        assert Instant.from_utc(2026, 4, 17, 19) <= decision.next_attempt_at <= Instant.from_utc(2026, 4, 19, 19)
        assert "Money was there on the 18th in 6 of the last 6 months." in decision.reason
        assert decision.chance_percent > 60

    def test_says_nothing_of_a_stranger_that_was_not_seen(self, case):
        decision = STRATEGY.decide(case(EMPTY, settings=LEARNED))
        assert "Money was there" not in decision.reason
        assert 5 < decision.chance_percent < 60

    def test_never_reaches_beyond_the_deadline(self, case):
        late = case(EMPTY, settings=LEARNED, days=4)
        assert STRATEGY.decide(late).next_attempt_at < late.deadline_at

    @pytest.mark.parametrize("settings", [HEDGED, LEARNED])
    def test_takes_the_ladder_where_no_evening_is_left(self, case, settings):
        used = CardUsage(automatic=(MIDMONTH,))
        context = replace(case(EMPTY, settings=settings, usage=used), deadline_at=MIDMONTH + 26 * HOUR)
        decision = STRATEGY.decide(context)
        assert (decision.cause, decision.next_attempt_at) == (DunningCause.NEXT_STEP, MIDMONTH + 24 * HOUR)

    @pytest.mark.parametrize("settings", [HEDGED, LEARNED])
    def test_keeps_refusals_without_a_reason_apart(self, case, settings):
        decision = STRATEGY.decide(case(SOFT, settings=settings))
        assert decision.cause is DunningCause.SOFT_DECLINE
        assert decision.next_attempt_at >= MIDMONTH + 48 * HOUR

    @pytest.mark.parametrize("settings", [HEDGED, LEARNED])
    def test_tries_a_refusal_again_at_the_least_distance_where_no_evening_is_left(self, case, settings):
        context = replace(case(SOFT, settings=settings), deadline_at=MIDMONTH + 50 * HOUR)
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + 48 * HOUR


class TestHedging:
    def test_spreads_tries_evenly_over_what_is_left(self, case):
        decision = STRATEGY.decide(case(EMPTY, settings=_settings(PaydayAwareness.HEDGED, max_tries=7), days=30))
        assert decision.next_attempt_at == Instant.from_utc(2026, 4, 19, 19)
        assert "spread" in decision.reason

    def test_moves_a_try_to_a_likely_payday_that_comes_sooner(self, case):
        context = case(EMPTY, at=Instant.from_utc(2026, 4, 22, 10), settings=HEDGED)
        decision = STRATEGY.decide(context)
        assert decision.next_attempt_at == Instant.from_utc(2026, 4, 25, 19)
        assert "Many people are paid about then" in decision.reason

    def test_tries_on_the_last_day_where_none_is_far_enough(self, case):
        context = replace(case(EMPTY, settings=HEDGED), deadline_at=MIDMONTH + 36 * HOUR)
        assert STRATEGY.decide(context).next_attempt_at == Instant.from_utc(2026, 4, 16, 19)


class TestReminders:
    @pytest.mark.parametrize(
        ("category", "action"),
        [
            (FailureCategory.EXPIRED_CARD, DunningAction.REQUEST_CARD_UPDATE),
            (FailureCategory.AUTHENTICATION_REQUIRED, DunningAction.REQUEST_AUTHENTICATION),
        ],
    )
    def test_follow_when_a_payer_was_asked_for_something(self, case, category, action):
        context = case(category)
        told = []
        while (decision := STRATEGY.decide(context)).remind_at is not None:
            assert decision.action is action
            assert decision.next_attempt_at is None
            told.append(decision.remind_at - MIDMONTH)
            context = replace(context, now=decision.remind_at)
        assert told == [24 * HOUR, 48 * HOUR, 72 * HOUR, 120 * HOUR, context.last_call_at - MIDMONTH]
        assert context.last_call_at == context.deadline_at - 72 * HOUR

    def test_are_counted(self, case):
        context = case(FailureCategory.EXPIRED_CARD)
        counted = [
            STRATEGY.decide(replace(context, now=MIDMONTH + hours * HOUR)).reminders for hours in (0, 23, 24, 119, 120)
        ]
        assert counted == [0, 0, 1, 3, 4]

    def test_come_once_near_the_end_to_who_is_waited_for_otherwise(self, case):
        context = case(SOFT, settings=replace(LEARNED, soft_tries=1))
        asked = Instrument("ussd", Rail.USSD, MIDMONTH)
        unanswered = FailureCode.typical(FailureCategory.UNKNOWN)
        request = DunningAttempt(at=MIDMONTH, instrument=asked, failure=unanswered)
        waiting = replace(context, attempts=(*context.attempts, request), now=MIDMONTH + 48 * HOUR)
        decision = STRATEGY.decide(waiting)
        assert (decision.action, decision.remind_at) == (DunningAction.AWAIT_CUSTOMER, context.last_call_at)
        at_last = STRATEGY.decide(replace(waiting, now=context.last_call_at))
        assert (decision.reminders, at_last.reminders, at_last.remind_at) == (0, 1, None)
        without = replace(waiting, settings=replace(waiting.settings, last_reminder=None))
        assert STRATEGY.decide(without).remind_at is None

    def test_follow_where_there_is_no_method_and_nothing_was_tried(self, case):
        decision = STRATEGY.decide(replace(case(EMPTY), method=None))
        assert decision.remind_at == MIDMONTH + 24 * HOUR

    def test_come_before_the_next_try_when_a_bank_said_no_twice_without_a_reason(self, case):
        once, twice = case(SOFT, settings=LEARNED), case(SOFT, earlier=((96, SOFT),), settings=LEARNED)
        assert STRATEGY.decide(once).remind_at is None
        decision = STRATEGY.decide(twice)
        assert decision.remind_at == MIDMONTH + 24 * HOUR < decision.next_attempt_at

    def test_never_come_at_or_after_the_deadline(self, case):
        context = replace(case(FailureCategory.EXPIRED_CARD), deadline_at=MIDMONTH + 24 * HOUR)
        assert STRATEGY.decide(context).remind_at == context.last_call_at == MIDMONTH + 12 * HOUR
        assert STRATEGY.decide(replace(context, now=MIDMONTH + 12 * HOUR)).remind_at is None


class TestTheLastChance:
    def test_is_a_time_near_the_end(self, case):
        context = case(FailureCategory.EXPIRED_CARD)
        before = replace(context, now=context.last_call_at - TimeDelta(microseconds=1))
        assert [each.is_last_chance(None) for each in (before, replace(context, now=context.last_call_at))] == [
            False,
            True,
        ]

    def test_is_the_last_try_that_is_left(self, case):
        four = ((72, EMPTY), (48, EMPTY), (24, EMPTY))
        last, other = case(EMPTY, earlier=four), case(EMPTY, earlier=four[1:])
        next_at = MIDMONTH + 24 * HOUR
        assert (last.tries, last.is_last_chance(next_at), last.is_last_chance(None)) == (4, True, False)
        assert (other.tries, other.is_last_chance(next_at)) == (3, False)

    def test_is_not_the_first_thing_that_is_said(self, case):
        context = case(EMPTY, settings=replace(LEARNED, max_tries=2))
        assert not context.is_last_chance(MIDMONTH + 24 * HOUR)

    def test_is_no_matter_of_tries_by_hand(self, case):
        context = case(EMPTY, earlier=tuple((hours, EMPTY) for hours in range(14, 0, -1)))
        by_hand = tuple(replace(attempt, is_manual=True) for attempt in context.attempts[1:])
        tried = replace(context, attempts=(context.attempts[0], *by_hand))
        assert not tried.is_last_chance(MIDMONTH + 24 * HOUR)

    def test_is_only_the_last_try_where_nobody_wants_to_hear_of_the_end(self, case):
        context = case(EMPTY, settings=replace(LEARNED, last_reminder=None))
        at_last = replace(context, now=context.deadline_at - HOUR)
        assert (at_last.is_last_chance(None), at_last.is_last_chance(context.deadline_at)) == (False, False)

    def test_are_spared_those_who_only_wait_for_money_or_stopped_the_charges(self, case):
        assert STRATEGY.decide(case(EMPTY, settings=LEARNED)).remind_at is None
        assert STRATEGY.decide(case(SOFT, advice="21")).remind_at is None
