from dataclasses import replace

import pytest
from whenever import Instant, TimeDelta

from duro.billing import FailureCategory
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningAttempt,
    DunningCause,
    DunningSettings,
    DunningStrategy,
    FailureCode,
    Network,
    PaydayAwareness,
    Rail,
    Retryability,
    RetrySchedule,
)

STRATEGY = DunningStrategy.published()
MIDMONTH = Instant.from_utc(2026, 4, 15, 10)
PAYDAY = Instant.from_utc(2026, 4, 28, 9)
EXACT = DunningSettings(payday_aware=PaydayAwareness.CALENDAR, schedule=RetrySchedule(spread_seconds=0))
HOUR = TimeDelta(hours=1)
EMPTY, SOFT = FailureCategory.INSUFFICIENT_FUNDS, FailureCategory.DO_NOT_HONOR
HARD, LIMIT = FailureCategory.HARD_DECLINE, FailureCategory.LIMIT_EXCEEDED
BROKEN, UNKNOWN = FailureCategory.PROCESSOR_ERROR, FailureCategory.UNKNOWN


class TestAnEnd:
    def test_comes_when_the_subscription_was_canceled(self, case):
        decision = STRATEGY.decide(case(BROKEN, is_canceled=True))
        assert (decision.action, decision.cause) == (DunningAction.EXHAUST, DunningCause.CANCELED)
        assert decision.next_attempt_at is None

    @pytest.mark.parametrize(("microseconds", "is_over"), [(-1, False), (0, True), (1, True)])
    def test_comes_at_the_deadline(self, case, microseconds, is_over):
        context = case(FailureCategory.AUTHENTICATION_REQUIRED)
        decision = STRATEGY.decide(replace(context, now=context.deadline_at + TimeDelta(microseconds=microseconds)))
        assert (decision.cause is DunningCause.DEADLINE_PASSED) is is_over

    def test_comes_when_the_tries_are_spent_the_failed_renewal_among_them(self, case):
        four = tuple((hours, UNKNOWN) for hours in (168, 144, 96, 48))
        decision = STRATEGY.decide(case(UNKNOWN, earlier=four))
        assert (decision.action, decision.cause) == (DunningAction.EXHAUST, DunningCause.TRIES_SPENT)
        assert STRATEGY.decide(case(UNKNOWN, earlier=four[1:])).action is DunningAction.RETRY

    def test_is_not_brought_nearer_by_tries_by_hand(self, case):
        context = case(UNKNOWN, earlier=tuple((hours, UNKNOWN) for hours in (168, 144, 96, 48)))
        by_hand = tuple(replace(attempt, is_manual=True) for attempt in context.attempts[1:])
        decision = STRATEGY.decide(replace(context, attempts=(context.attempts[0], *by_hand)))
        assert decision.action is DunningAction.RETRY


class TestAPayerWhoStoppedTheCharges:
    @pytest.mark.parametrize("how", ["code", "advice"])
    def test_gets_a_link_and_no_rail_is_used(self, case, rail, mandate, how):
        revoked = FailureCode("simulated", "R1", HARD, Retryability.NO, is_revocation=True)
        context = case(HARD, failure=revoked) if how == "code" else case(SOFT, advice="21")
        others = (rail(Rail.USSD), mandate(MIDMONTH - 48 * HOUR))
        decision = STRATEGY.decide(replace(context, others=others))
        assert (decision.action, decision.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.REVOKED)
        assert (decision.next_attempt_at, decision.rail) == (None, None)

    def test_is_remembered_from_another_case(self, case):
        context = case(EMPTY, revoked_at=MIDMONTH - 500 * HOUR)
        assert STRATEGY.decide(context).cause is DunningCause.REVOKED

    def test_is_left_alone_without_a_method_too(self, case):
        assert STRATEGY.decide(replace(case(HARD, advice="21"), method=None)).cause is DunningCause.REVOKED

    def test_consents_anew_by_adding_a_card(self, case, card):
        context = case(SOFT, advice="21", now=MIDMONTH + 5 * HOUR)
        fresh = card(key="new", added_at=MIDMONTH + 2 * HOUR)
        decision = STRATEGY.decide(replace(context, method=fresh, settings=EXACT))
        assert (decision.action, decision.cause) == (DunningAction.RETRY, DunningCause.NEW_METHOD)
        assert decision.next_attempt_at == context.now
        old = card(key="old", added_at=MIDMONTH - 2 * HOUR)
        assert STRATEGY.decide(replace(context, method=old)).cause is DunningCause.REVOKED

    def test_consents_for_that_card_and_not_for_an_older_mandate(self, case, card, mandate):
        fresh = card(key="new", added_at=MIDMONTH + HOUR)
        old_mandate = mandate(MIDMONTH - 48 * HOUR, added_at=MIDMONTH - 48 * HOUR)
        new_mandate = mandate(MIDMONTH + HOUR, added_at=MIDMONTH + HOUR)
        context = case(SOFT, advice="21", now=MIDMONTH + 9 * HOUR, method=card())
        barred = replace(context, method=fresh, usage=CardUsage(is_barred=True))
        assert STRATEGY.decide(replace(barred, others=(old_mandate,))).rail is None
        assert STRATEGY.decide(replace(barred, others=(new_mandate,))).rail is Rail.DIRECT_DEBIT

    def test_counts_from_the_last_time_they_said_so(self, case):
        context = case(SOFT, advice="21", revoked_at=MIDMONTH + HOUR, now=MIDMONTH + 2 * HOUR)
        assert STRATEGY.decide(context).cause is DunningCause.REVOKED


class TestAnInstrumentThatIsNeverTriedAgain:
    STOLEN = FailureCode("simulated", "43", HARD, Retryability.NO, requires_new_card=True, visa_category=1)

    def test_is_left_for_the_first_rail_the_payer_has(self, case, rail):
        everything = (rail(Rail.VIRTUAL_ACCOUNT), rail(Rail.TRANSFER), rail(Rail.USSD))
        decision = STRATEGY.decide(case(failure=self.STOLEN, others=everything))
        assert (decision.action, decision.cause) == (DunningAction.SWITCH_RAIL, DunningCause.NEVER_AGAIN)
        assert (decision.rail, decision.next_attempt_at) == (Rail.USSD, MIDMONTH)
        assert STRATEGY.decide(case(failure=self.STOLEN, others=everything[:2])).rail is Rail.TRANSFER
        assert STRATEGY.decide(case(failure=self.STOLEN, others=everything[:1])).rail is Rail.VIRTUAL_ACCOUNT

    def test_is_left_for_a_mandate_once_its_set_up_is_over(self, case, mandate):
        decision = STRATEGY.decide(case(failure=self.STOLEN, others=(mandate(MIDMONTH - HOUR),)))
        assert (decision.rail, decision.next_attempt_at) == (Rail.DIRECT_DEBIT, MIDMONTH + HOUR)

    def test_is_left_for_the_mandate_that_is_ready_first_and_named(self, case, mandate, rail):
        first, second = replace(mandate(MIDMONTH - HOUR), key="a"), replace(mandate(MIDMONTH - 3 * HOUR), key="b")
        assert STRATEGY.decide(case(failure=self.STOLEN, others=(first, second))).instrument_key == "b"
        assert STRATEGY.decide(case(failure=self.STOLEN, others=(first, rail(Rail.USSD)))).instrument_key is None

    def test_is_not_left_for_a_mandate_that_is_not_active_or_not_in_time(self, case, mandate):
        pending, late = mandate(None), mandate(MIDMONTH + 40 * 24 * HOUR)
        for other in (pending, late):
            decision = STRATEGY.decide(case(failure=self.STOLEN, others=(other,)))
            assert (decision.action, decision.rail) == (DunningAction.REQUEST_CARD_UPDATE, None)
            assert decision.cause is DunningCause.NEVER_AGAIN

    def test_follows_the_rails_the_merchant_chose(self, case, rail):
        settings = DunningSettings(rails=(Rail.TRANSFER,))
        context = case(failure=self.STOLEN, others=(rail(Rail.USSD), rail(Rail.TRANSFER)), settings=settings)
        assert STRATEGY.decide(context).rail is Rail.TRANSFER

    def test_moves_on_when_a_request_stays_unanswered_and_asks_for_a_card_after_the_last(self, case, rail):
        context = case(failure=self.STOLEN, others=(rail(Rail.USSD), rail(Rail.TRANSFER)))
        asked = DunningAttempt(MIDMONTH + HOUR, rail(Rail.USSD), FailureCode.typical(UNKNOWN))
        context = replace(context, attempts=(*context.attempts, asked), now=MIDMONTH + 49 * HOUR)
        assert STRATEGY.decide(context).rail is Rail.TRANSFER
        again = DunningAttempt(MIDMONTH + 49 * HOUR, rail(Rail.TRANSFER), FailureCode.typical(UNKNOWN))
        context = replace(context, attempts=(*context.attempts, again), now=MIDMONTH + 97 * HOUR)
        assert STRATEGY.decide(context).action is DunningAction.REQUEST_CARD_UPDATE

    @pytest.mark.parametrize("advice", ["03", "42", "99"])
    def test_is_named_by_advice(self, case, card, advice):
        decision = STRATEGY.decide(case(EMPTY, advice=advice, method=card(Network.MASTERCARD)))
        assert (decision.action, decision.cause) == (DunningAction.REQUEST_CARD_UPDATE, DunningCause.NEVER_AGAIN)

    def test_is_named_by_visas_first_category_on_a_visa_card_alone(self, case, card):
        forbidden = FailureCode("iso8583", "57", FailureCategory.CARD_NOT_SUPPORTED, visa_category=1)
        causes = {network: STRATEGY.decide(case(failure=forbidden, method=card(network))).cause for network in Network}
        assert causes.pop(Network.VISA) is DunningCause.NEVER_AGAIN
        assert set(causes.values()) == {DunningCause.NEXT_STEP}

    def test_is_named_by_the_counters_shared_between_cases(self, case):
        assert STRATEGY.decide(case(EMPTY, usage=CardUsage(is_barred=True))).cause is DunningCause.NEVER_AGAIN

    def test_stays_so_whatever_a_later_try_by_hand_was_answered(self, case):
        context = case(EMPTY, earlier=((2, HARD),))
        assert STRATEGY.decide(context).cause is DunningCause.NEVER_AGAIN

    def test_says_nothing_of_another_card(self, case, card):
        context = case(failure=self.STOLEN, settings=EXACT)
        decision = STRATEGY.decide(replace(context, method=card(key="new")))
        assert (decision.action, decision.next_attempt_at) == (DunningAction.RETRY, MIDMONTH)


class TestACardThatCannotWork:
    @pytest.mark.parametrize("category", [FailureCategory.EXPIRED_CARD, FailureCategory.CARD_NOT_SUPPORTED])
    def test_is_asked_for_anew_even_where_another_rail_is_left(self, case, rail, category):
        decision = STRATEGY.decide(case(category, others=(rail(Rail.USSD),)))
        assert (decision.action, decision.cause) == (DunningAction.REQUEST_CARD_UPDATE, DunningCause.NEW_CARD_NEEDED)
        assert decision.next_attempt_at is None

    @pytest.mark.parametrize("advice", ["01", "40", "41"])
    def test_is_named_by_advice(self, case, advice):
        assert STRATEGY.decide(case(SOFT, advice=advice)).cause is DunningCause.NEW_CARD_NEEDED

    def test_is_asked_for_when_there_is_none(self, case):
        decision = STRATEGY.decide(replace(case(EMPTY), method=None))
        assert (decision.action, decision.cause) == (DunningAction.REQUEST_CARD_UPDATE, DunningCause.NO_METHOD)

    def test_is_tried_if_the_table_says_that_the_channel_may_open_again(self, case):
        closed = FailureCode("iso8583", "58", FailureCategory.CARD_NOT_SUPPORTED)
        assert STRATEGY.decide(case(failure=closed)).action is DunningAction.RETRY


class TestAuthentication:
    def test_is_asked_for_and_nothing_is_tried_blindly(self, case):
        decision = STRATEGY.decide(case(FailureCategory.AUTHENTICATION_REQUIRED))
        assert decision.action is DunningAction.REQUEST_AUTHENTICATION
        assert (decision.cause, decision.next_attempt_at) == (DunningCause.AUTHENTICATION_NEEDED, None)

    def test_may_help_a_card_whose_data_changed(self, case):
        safety = FailureCode("iso8583", "83", SOFT)
        assert STRATEGY.decide(case(failure=safety, advice="01")).action is DunningAction.REQUEST_AUTHENTICATION

    def test_is_forgotten_once_the_bank_said_something_else(self, case):
        context = case(UNKNOWN, earlier=((48, FailureCategory.AUTHENTICATION_REQUIRED),))
        assert STRATEGY.decide(context).action is DunningAction.RETRY


class TestAMandate:
    NOT_READY = FailureCategory.MANDATE_NOT_READY

    @pytest.mark.parametrize("category", [SOFT, NOT_READY])
    def test_in_set_up_is_tried_when_that_is_over(self, case, mandate, category):
        context = case(category, method=mandate(MIDMONTH - HOUR), settings=EXACT)
        decision = STRATEGY.decide(context)
        assert (decision.action, decision.cause) == (DunningAction.RETRY, DunningCause.MANDATE_SET_UP)
        assert (decision.next_attempt_at, decision.rail) == (MIDMONTH + HOUR, Rail.DIRECT_DEBIT)

    def test_in_set_up_can_be_empty_all_the_same(self, case, mandate):
        assert STRATEGY.decide(case(EMPTY, method=mandate(MIDMONTH - HOUR))).cause is DunningCause.PAYDAY

    def test_that_is_set_up_says_no_for_good_reasons(self, case, mandate):
        ready = mandate(MIDMONTH - 2 * HOUR)
        assert STRATEGY.decide(case(SOFT, method=ready)).cause is DunningCause.SOFT_DECLINE
        assert STRATEGY.decide(case(self.NOT_READY, method=ready)).cause is DunningCause.NEXT_STEP

    def test_that_is_not_active_waits_for_the_payer(self, case, mandate):
        decision = STRATEGY.decide(case(SOFT, method=mandate(None)))
        assert (decision.action, decision.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.MANDATE_NOT_ACTIVE)

    def test_whose_approval_ended_waits_for_the_payer(self, case, mandate):
        ended = FailureCode("nibss_mandate", "mandate authorization expired", self.NOT_READY, Retryability.NO)
        decision = STRATEGY.decide(case(failure=ended, method=mandate(MIDMONTH - HOUR)))
        assert decision.cause is DunningCause.MANDATE_NOT_ACTIVE

    def test_that_is_new_is_charged_as_soon_as_it_is_ready(self, case, mandate):
        context = replace(case(EMPTY, settings=EXACT), method=mandate(MIDMONTH - HOUR))
        decision = STRATEGY.decide(context)
        assert (decision.cause, decision.next_attempt_at) == (DunningCause.NEW_METHOD, MIDMONTH + HOUR)
        assert "set-up" in decision.reason

    def test_does_not_spend_its_soft_tries_in_its_set_up(self, case, mandate):
        method = mandate(MIDMONTH - 4 * HOUR)
        context = case(SOFT, method=method, earlier=((4, SOFT), (3, SOFT)))
        assert STRATEGY.decide(context).cause is DunningCause.SOFT_DECLINE

    def test_says_when_a_no_was_a_verdict(self, case, mandate, rail):
        set_up = 2 * HOUR
        early, late = case(SOFT, method=mandate(MIDMONTH - HOUR)), case(SOFT, method=mandate(MIDMONTH - 2 * HOUR))
        assert not early.attempts[0].is_verdict(set_up)
        assert late.attempts[0].is_verdict(set_up)
        assert not case(SOFT, method=mandate(None)).attempts[0].is_verdict(set_up)
        assert not case(BROKEN).attempts[0].is_verdict(set_up)
        assert not case(SOFT, method=rail(Rail.USSD)).attempts[0].is_verdict(set_up)


class TestACodeThatNoRepeatCanAnswerOtherwise:
    @pytest.mark.parametrize("category", [BROKEN, UNKNOWN, SOFT, EMPTY])
    def test_is_left_for_another_rail_and_else_waits_for_the_payer(self, case, rail, category):
        code = FailureCode("iso8583", "30", category, Retryability.NO)
        context = case(UNKNOWN)
        refused = replace(context, attempts=(replace(context.attempts[0], failure=code),))
        decision = STRATEGY.decide(refused)
        assert (decision.action, decision.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.NOT_RETRYABLE)
        assert decision.next_attempt_at is None
        switched = STRATEGY.decide(replace(refused, others=(rail(Rail.USSD),)))
        assert (switched.action, switched.rail) == (DunningAction.SWITCH_RAIL, Rail.USSD)


class TestARefusalWithoutAReason:
    def test_is_tried_again_near_payday(self, case):
        decision = STRATEGY.decide(case(SOFT, settings=EXACT))
        assert (decision.action, decision.cause) == (DunningAction.RETRY, DunningCause.SOFT_DECLINE)
        assert decision.next_attempt_at == PAYDAY

    def test_is_tried_48_hours_apart(self, case):
        second = case(SOFT, at=PAYDAY, earlier=((13 * 24, SOFT),), settings=EXACT)
        assert STRATEGY.decide(second).next_attempt_at == Instant.from_utc(2026, 5, 1, 9)
        on_payday = case(SOFT, at=Instant.from_utc(2026, 5, 1, 1), settings=EXACT)
        assert STRATEGY.decide(on_payday).next_attempt_at == Instant.from_utc(2026, 5, 3, 1)

    def test_is_tried_48_hours_apart_alone_if_paydays_are_out_of_reach(self, case):
        assert STRATEGY.decide(case(SOFT, settings=EXACT, days=7)).next_attempt_at == MIDMONTH + 48 * HOUR

    def test_leaves_the_card_after_three(self, case, rail):
        third = case(SOFT, earlier=((96, SOFT), (48, SOFT)))
        decision = STRATEGY.decide(third)
        assert decision.action is DunningAction.REQUEST_CARD_UPDATE
        assert decision.cause is DunningCause.SOFT_DECLINES_SPENT
        decision = STRATEGY.decide(replace(third, others=(rail(Rail.TRANSFER),)))
        assert (decision.action, decision.rail) == (DunningAction.SWITCH_RAIL, Rail.TRANSFER)

    def test_does_not_count_what_the_payer_tried_by_hand(self, case):
        context = case(SOFT, earlier=((96, SOFT), (48, SOFT)))
        by_hand = replace(context.attempts[1], is_manual=True)
        context = replace(context, attempts=(context.attempts[0], by_hand, context.attempts[2]))
        assert STRATEGY.decide(context).cause is DunningCause.SOFT_DECLINE

    def test_never_plans_a_try_in_the_past(self, case):
        context = case(SOFT, settings=EXACT, days=7, now=MIDMONTH + 60 * HOUR)
        assert STRATEGY.decide(context).next_attempt_at == context.now


class TestAnUnansweredRequest:
    def asked(self, case, rail, **others):
        context = case(SOFT, earlier=((96, SOFT), (48, SOFT)), **others)
        asked = DunningAttempt(MIDMONTH, rail(Rail.USSD), FailureCode.typical(UNKNOWN))
        return replace(context, attempts=(*context.attempts, asked), now=MIDMONTH + 48 * HOUR)

    def test_moves_to_the_next_rail(self, case, rail):
        decision = STRATEGY.decide(self.asked(case, rail, others=(rail(Rail.USSD), rail(Rail.VIRTUAL_ACCOUNT))))
        assert (decision.action, decision.rail) == (DunningAction.SWITCH_RAIL, Rail.VIRTUAL_ACCOUNT)
        assert decision.cause is DunningCause.UNANSWERED

    def test_leaves_the_link_open_after_the_last_rail(self, case, rail):
        decision = STRATEGY.decide(self.asked(case, rail, others=(rail(Rail.USSD),)))
        assert (decision.action, decision.cause) == (DunningAction.AWAIT_CUSTOMER, DunningCause.UNANSWERED)

    def test_yields_to_a_card_that_was_added_since(self, case, rail, card):
        context = replace(self.asked(case, rail), method=card(key="new"))
        assert STRATEGY.decide(context).cause is DunningCause.NEW_METHOD


class TestAnEmptyAccount:
    def test_waits_for_payday(self, case):
        decision = STRATEGY.decide(case(EMPTY, settings=EXACT))
        assert (decision.action, decision.cause) == (DunningAction.RETRY_PAYDAY, DunningCause.PAYDAY)
        assert (decision.next_attempt_at, decision.rail) == (PAYDAY, Rail.CARD)

    @pytest.mark.parametrize("at", [Instant.from_utc(2026, 4, 28, 9), Instant.from_utc(2026, 5, 3, 9)])
    def test_is_tried_by_the_ladder_on_payday(self, case, at):
        decision = STRATEGY.decide(case(EMPTY, at=at, settings=EXACT))
        assert (decision.action, decision.cause) == (DunningAction.RETRY, DunningCause.NEXT_STEP)
        assert decision.next_attempt_at == at + 24 * HOUR

    def test_is_tried_by_the_ladder_when_no_payday_comes_before_the_deadline(self, case):
        decision = STRATEGY.decide(case(EMPTY, settings=EXACT, days=7))
        assert decision.next_attempt_at == MIDMONTH + 24 * HOUR


class TestEverythingElse:
    @pytest.mark.parametrize(
        ("hours", "expected"), [((), 24), ((24,), 72 - 24), ((72, 48), 120 - 72), ((120, 96, 48), 48)]
    )
    def test_climbs_the_ladder_from_the_first_failure(self, case, hours, expected):
        context = case(UNKNOWN, earlier=tuple((each, UNKNOWN) for each in hours), settings=EXACT)
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + expected * HOUR

    @pytest.mark.parametrize(("hours", "expected"), [(23, 24), (24, 24), (30, 30), (80, 80)])
    def test_makes_a_step_as_soon_as_it_may_that_went_by_without_its_try(self, case, hours, expected):
        context = replace(case(UNKNOWN, settings=EXACT), now=MIDMONTH + hours * HOUR)
        assert STRATEGY.decide(context).next_attempt_at == MIDMONTH + expected * HOUR

    def test_starts_sooner_after_a_disturbance(self, case):
        assert STRATEGY.decide(case(BROKEN, settings=EXACT)).next_attempt_at == MIDMONTH + HOUR

    def test_waits_for_the_next_local_day_where_a_limit_was_met(self, case):
        late = Instant.from_utc(2026, 4, 15, 22, 30)
        first_at = late - TimeDelta(minutes=23 * 60 + 50)
        context = replace(case(LIMIT, at=late, settings=EXACT), opened_at=first_at)
        assert STRATEGY.decide(context).next_attempt_at == Instant.from_utc(2026, 4, 15, 23)
        assert STRATEGY.decide(case(LIMIT, settings=EXACT)).next_attempt_at == MIDMONTH + 24 * HOUR

    def test_is_spread_a_little_and_always_the_same_way(self, case):
        context = case(UNKNOWN)
        decision = STRATEGY.decide(context)
        assert MIDMONTH + 24 * HOUR < decision.next_attempt_at < MIDMONTH + 24 * HOUR + TimeDelta(minutes=10)
        assert decision == STRATEGY.decide(context)
