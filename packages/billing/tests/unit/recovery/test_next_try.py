"""When a case is tried next, and where it can not be."""

from dataclasses import replace

from whenever import Instant, TimeDelta

from duro.billing import FailureCategory
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningCause,
    DunningSettings,
    DunningStrategy,
    PaydayAwareness,
    Rail,
    RetrySchedule,
)

STRATEGY = DunningStrategy.published()
MIDMONTH = Instant.from_utc(2026, 4, 15, 10)
EXACT = DunningSettings(payday_aware=PaydayAwareness.CALENDAR, schedule=RetrySchedule(spread_seconds=0))
HOUR = TimeDelta(hours=1)
EMPTY, SOFT = FailureCategory.INSUFFICIENT_FUNDS, FailureCategory.DO_NOT_HONOR
BROKEN, UNKNOWN = FailureCategory.PROCESSOR_ERROR, FailureCategory.UNKNOWN


class TestANextTry:
    def test_waits_as_long_as_advice_says(self, case):
        decision = STRATEGY.decide(case(UNKNOWN, advice="02", settings=EXACT))
        assert decision.next_attempt_at == MIDMONTH + 72 * HOUR
        assert "network asked to wait" in decision.reason

    def test_waits_for_the_longest_advice_so_far(self, case):
        context = case(UNKNOWN, advice="24", earlier=((24, UNKNOWN),), settings=EXACT)
        tries = (replace(context.attempts[0], advice="30"), context.attempts[1])
        decision = STRATEGY.decide(replace(context, attempts=tries))
        assert decision.next_attempt_at == MIDMONTH - 24 * HOUR + 240 * HOUR

    def test_waits_for_the_budget(self, case):
        usage = CardUsage(automatic=(MIDMONTH + 20 * HOUR,))
        decision = STRATEGY.decide(case(UNKNOWN, usage=usage, settings=EXACT))
        assert decision.next_attempt_at == MIDMONTH + 44 * HOUR
        assert "only one try in 24 hours" in decision.reason

    def test_waits_for_the_end_of_the_issuers_bad_hours(self, case):
        context = case(BROKEN, issuer_ready_at=MIDMONTH + 3 * HOUR, settings=EXACT)
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + 3 * HOUR
        earlier = replace(context, issuer_ready_at=MIDMONTH)
        assert STRATEGY.decide(earlier).next_attempt_at == MIDMONTH + HOUR

    def test_of_a_new_card_is_held_to_ceilings_alone(self, case, card):
        usage = CardUsage(automatic=(MIDMONTH - HOUR,), merchant=tuple(MIDMONTH - n * HOUR for n in range(10, 0, -1)))
        context = replace(case(EMPTY, settings=EXACT, usage=usage), method=card(key="new"))
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + 14 * HOUR
        unbound = replace(context, usage=replace(usage, merchant=()))
        assert STRATEGY.decide(unbound).next_attempt_at == MIDMONTH

    def test_past_the_deadline_ends_the_case(self, case, mandate):
        context = case(UNKNOWN, advice="30", days=9, others=(mandate(MIDMONTH - 48 * HOUR),))
        decision = STRATEGY.decide(context)
        assert (decision.action, decision.cause) == (DunningAction.EXHAUST, DunningCause.NO_TIME_LEFT)
        assert "24 April 2026 at 11:00" in decision.reason

    def test_past_the_deadline_becomes_a_request_where_one_can_be_made(self, case, rail):
        decision = STRATEGY.decide(case(UNKNOWN, advice="30", days=9, others=(rail(Rail.TRANSFER),)))
        assert (decision.action, decision.rail) == (DunningAction.SWITCH_RAIL, Rail.TRANSFER)
        assert (decision.cause, decision.next_attempt_at) == (DunningCause.NO_TIME_LEFT, MIDMONTH)

    def test_keeps_within_the_deadline_however_far_it_is_spread(self, case):
        context = case(UNKNOWN)
        context = replace(context, deadline_at=MIDMONTH + 24 * HOUR + TimeDelta(microseconds=1))
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + 24 * HOUR
        over = replace(context, deadline_at=MIDMONTH + 24 * HOUR)
        assert STRATEGY.decide(over).action is DunningAction.EXHAUST

    def test_is_told_on_the_payers_own_clock(self, case):
        assert STRATEGY.decide(case(EMPTY, settings=EXACT)).reason == (
            "There wasn't enough money in the account. Money is likelier to be there on payday."
            " The next try is on 28 April 2026 at 10:00."
        )
