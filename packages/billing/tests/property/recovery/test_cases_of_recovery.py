"""Whole cases played to their end against banks that answer as they like, and judged by rules written down anew."""

import re
from dataclasses import dataclass, field, replace
from itertools import cycle, pairwise
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from whenever import Instant, TimeDelta

from duro.billing import Cadence, FailureCategory, Interval, Zone
from duro.billing.recovery import (
    CardUsage,
    DunningAction,
    DunningAttempt,
    DunningContext,
    DunningDecision,
    DunningSettings,
    DunningStrategy,
    FailureCode,
    Instrument,
    Network,
    PaydayAwareness,
    Rail,
    Retryability,
    RetrySchedule,
)
from duro.kernel import DunningScheduleId

STRATEGY = DunningStrategy.published()
HOUR = TimeDelta(hours=1)
SET_UP = 2 * HOUR
ZONE = Zone("Africa/Lagos")
WAITS = {"02": 72, "24": 1, "25": 24, "26": 48, "27": 96, "28": 144, "29": 192, "30": 240}
STOPS = {"03", "42", "99"}
NEW_CARD = {"40", "41"}
STEPS = 60

HARD = FailureCategory.HARD_DECLINE
CODES = (
    *(FailureCode.typical(category) for category in FailureCategory),
    FailureCode("visa", "R1", HARD, Retryability.NO, is_revocation=True, visa_category=1),
    FailureCode("iso8583", "57", FailureCategory.CARD_NOT_SUPPORTED, Retryability.NO, visa_category=1),
    FailureCode("iso8583", "79", HARD, requires_new_card=True),
    FailureCode("paystack", "Denied by Fraud System", HARD),
    FailureCode("iso8583", "83", FailureCategory.DO_NOT_HONOR),
    FailureCode("iso8583", "30", FailureCategory.PROCESSOR_ERROR, Retryability.NO),
    FailureCode("iso8583", "17", FailureCategory.UNKNOWN, Retryability.NO),
    FailureCode("nomba", "mandate debit above agreed amount", FailureCategory.LIMIT_EXCEEDED, Retryability.NO),
)
SOFTER = tuple(code for code in CODES if code.category not in {HARD, FailureCategory.EXPIRED_CARD})


@dataclass
class Answers:
    """What banks say, over and over, and what payers do when they are asked for a method."""

    declines: list[tuple[FailureCode, str | None]]
    network: Network
    cards_added: int
    others: tuple[Rail, ...]
    is_cancelled_after: int | None
    lag: TimeDelta
    used: tuple[int, ...]
    mandate_hours: int | None


@dataclass
class Story:
    """A case as the service would live it, with the charges it made."""

    opened_at: Instant
    settings: DunningSettings
    cadence: Cadence
    answers: Answers
    charges: list[DunningAttempt] = field(default_factory=list)
    decisions: list[DunningDecision] = field(default_factory=list)
    canceled_at: Instant | None = None

    def play(self) -> "Story":
        answers = cycle(self.answers.declines)
        old = self.opened_at - 900 * HOUR
        card = Instrument("card 0", Rail.CARD, old, self.answers.network)
        code, advice = next(answers)
        self.charges.append(DunningAttempt(self.opened_at, card, code, advice))
        others = tuple(
            Instrument(rail.value, rail, old, activated_at=self.mandate_from()) for rail in self.answers.others
        )
        context = DunningContext(
            schedule_id=DunningScheduleId(UUID(int=5)),
            opened_at=self.opened_at,
            deadline_at=self.settings.deadline(self.cadence, self.opened_at),
            now=self.opened_at,
            attempts=tuple(self.charges),
            method=card,
            zone=ZONE,
            others=others,
            settings=self.settings,
        )
        for number in range(STEPS):
            if self.answers.is_cancelled_after == number:
                context, self.canceled_at = replace(context, is_canceled=True), context.now
            context = replace(context, usage=self.usage(context))
            decision = STRATEGY.decide(context)
            self.decisions.append(decision)
            self.judge_form(context, decision)
            if decision.action is DunningAction.EXHAUST:
                return self
            context = self.act(context, decision, answers)
        message = "The case never ended."
        raise AssertionError(message)

    def act(self, context, decision, answers) -> DunningContext:
        at = decision.next_attempt_at
        if at is None:
            if self.answers.cards_added > 0:
                self.answers.cards_added -= 1
                at = context.now + HOUR
                card = Instrument(f"card {self.answers.cards_added + 1}", Rail.CARD, at, self.answers.network)
                return replace(context, method=card, now=at)
            return replace(context, now=context.deadline_at)
        at = min(at + self.answers.lag, context.deadline_at - TimeDelta(microseconds=1))
        if decision.rail.is_push:
            used = next(other for other in context.others if other.rail is decision.rail)
            asked = DunningAttempt(at, used, FailureCode.typical(FailureCategory.UNKNOWN))
            patience = at + context.settings.push_patience
            return replace(context, attempts=(*context.attempts, asked), now=patience)
        if decision.action is DunningAction.SWITCH_RAIL:
            context = replace(context, method=next(o for o in context.others if o.rail is decision.rail))
        assert context.method is not None
        assert context.method.rail is decision.rail
        code, advice = next(answers)
        attempt = DunningAttempt(at, context.method, code, advice)
        self.charges.append(attempt)
        return replace(context, attempts=(*context.attempts, attempt), now=at)

    def mandate_from(self) -> Instant | None:
        hours = self.answers.mandate_hours
        return None if hours is None else self.opened_at + hours * HOUR

    def usage(self, context: DunningContext) -> CardUsage:
        """Count as the counters would: verdicts for us, every decline for networks; others used the first card too."""
        key = context.method.key
        own = [charge for charge in self.charges if charge.instrument.key == key]
        every = tuple(charge.at for charge in own)
        elsewhere = tuple(self.opened_at - hours * HOUR for hours in sorted(self.answers.used, reverse=True))
        before = elsewhere if key == "card 0" else ()
        automatic = (*before, *(charge.at for charge in own if charge.is_verdict(SET_UP)))
        return CardUsage(context.method.network, "paystack", automatic, every, every, every)

    @staticmethod
    def judge_form(context: DunningContext, decision: DunningDecision) -> None:
        assert decision.reason.endswith(".")
        assert not re.search("lost|stolen|fraud|blacklist|suspect", decision.reason.casefold())
        is_planned = decision.action in {
            DunningAction.RETRY,
            DunningAction.RETRY_PAYDAY,
            DunningAction.SWITCH_RAIL,
        }
        assert (decision.next_attempt_at is not None) == (decision.rail is not None) == is_planned
        if decision.next_attempt_at is not None:
            assert context.now <= decision.next_attempt_at < context.deadline_at

    def of(self, key: str) -> list[DunningAttempt]:
        return [charge for charge in self.charges if charge.instrument.key == key]

    @property
    def keys(self) -> set[str]:
        return {charge.instrument.key for charge in self.charges}


INSTANTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda m: Instant.from_utc(2026, 1, 1) + TimeDelta(minutes=m))
ADVICE = st.sampled_from([None, None, None, None, *WAITS, *STOPS, *NEW_CARD, "01", "21", "04"])


@st.composite
def stories(draw, codes=CODES, advice=ADVICE):
    answers = Answers(
        declines=draw(st.lists(st.tuples(st.sampled_from(codes), advice), min_size=1, max_size=6)),
        network=draw(st.sampled_from([Network.VISA, Network.MASTERCARD, Network.VERVE, Network.OTHER])),
        cards_added=draw(st.integers(0, 2)),
        others=tuple(draw(st.sets(st.sampled_from([rail for rail in Rail if rail is not Rail.CARD])))),
        is_cancelled_after=draw(st.none() | st.integers(0, 5)),
        lag=TimeDelta(minutes=draw(st.integers(0, 90))),
        used=tuple(draw(st.lists(st.integers(1, 700), max_size=11))),
        mandate_hours=draw(st.none() | st.integers(-100, 100)),
    )
    settings = DunningSettings(
        max_tries=draw(st.integers(1, 10)),
        deadline_days=draw(st.integers(1, 60)),
        payday_aware=draw(st.sampled_from(PaydayAwareness)),
        schedule=RetrySchedule(spread_seconds=draw(st.sampled_from([0, 600]))),
    )
    cadence = Cadence(draw(st.sampled_from(list(Interval))))
    return Story(draw(INSTANTS), settings, cadence, answers).play()


SOFT_STORIES = stories(SOFTER, st.none() | st.sampled_from(list(WAITS)))


class TestEveryCase:
    @given(stories())
    def test_ends_and_says_why_at_every_step(self, story):
        event(f"ended by {story.decisions[-1].cause}")
        event(f"{len(story.charges)} charges")
        assert story.decisions[-1].action is DunningAction.EXHAUST

    @given(stories())
    def test_never_tries_past_the_deadline_or_more_often_than_the_settings_allow(self, story):
        days = story.settings.deadline_days
        if story.cadence.interval in {Interval.HOUR, Interval.DAY}:
            days = min(days, 7)
        assert all(charge.at < story.opened_at + 24 * days * HOUR for charge in story.charges)
        assert len(story.charges) <= story.settings.max_tries

    @given(stories())
    def test_never_tries_after_the_subscription_was_canceled(self, story):
        if story.canceled_at is not None:
            assert all(charge.at <= story.canceled_at for charge in story.charges)
            assert story.decisions[-1].next_attempt_at is None

    @given(st.one_of(stories(), SOFT_STORIES))
    def test_never_breaches_our_own_budget(self, story):
        for key in story.keys:
            elsewhere = [story.opened_at - hours * HOUR for hours in story.answers.used] if key == "card 0" else []
            counted = sorted([*elsewhere, *(c.at for c in story.of(key) if c.is_verdict(SET_UP))])
            for retry in story.of(key)[1:]:
                assert not [at for at in counted if retry.at - 24 * HOUR < at < retry.at]
                assert len([at for at in counted if retry.at - 720 * HOUR < at < retry.at]) < 10

    @given(st.one_of(stories(), SOFT_STORIES))
    def test_never_breaches_a_networks_budget(self, story):
        month = {Network.VISA: 15, Network.MASTERCARD: 35, Network.VERVE: 15, Network.OTHER: 15}
        for key in story.keys:
            charges = story.of(key)
            for charge in charges:
                before = [each.at for each in charges if each.at < charge.at]
                assert len([at for at in before if at > charge.at - 24 * HOUR]) < 10
                assert len([at for at in before if at > charge.at - 720 * HOUR]) < month[charge.instrument.network]

    @given(st.one_of(stories(), SOFT_STORIES))
    def test_never_tries_sooner_than_advised(self, story):
        for key in story.keys:
            charges = story.of(key)
            for number, charge in enumerate(charges):
                wait = WAITS.get(charge.advice, 0) * HOUR
                assert all(later.at >= charge.at + wait for later in charges[number + 1 :])

    @given(stories())
    def test_never_tries_again_what_said_never_or_needs_a_new_card(self, story):
        for key in story.keys:
            for charge in story.of(key)[:-1]:
                code, is_visa = charge.failure, charge.instrument.network is Network.VISA
                assert charge.advice not in STOPS | NEW_CARD
                assert charge.advice != "01" or code.code == "83"
                assert not code.requires_new_card
                assert code.category is not FailureCategory.AUTHENTICATION_REQUIRED
                assert not (is_visa and code.visa_category == 1)
                assert code.retryable is not Retryability.NO

    @given(stories())
    def test_never_pulls_money_that_its_payer_stopped(self, story):
        for charge in story.charges:
            if charge.failure.is_revocation or charge.advice == "21":
                later = [each for each in story.charges if each.at > charge.at]
                assert all(each.instrument.added_at > charge.at for each in later)

    @given(stories())
    def test_never_debits_a_mandate_that_is_not_set_up(self, story):
        for charge in story.charges:
            if charge.instrument.rail is Rail.DIRECT_DEBIT:
                assert charge.at >= charge.instrument.activated_at + SET_UP

    @given(SOFT_STORIES)
    def test_leaves_48_hours_after_a_refusal_without_a_reason_and_stops_after_three(self, story):
        for key in story.keys:
            charges = story.of(key)
            soft = [charge for charge in charges if charge.failure.category is FailureCategory.DO_NOT_HONOR]
            assert len(soft) <= 3
            for earlier, later in pairwise(charges):
                if earlier in soft:
                    assert later.at >= earlier.at + 48 * HOUR

    @given(stories())
    def test_asks_on_each_rail_once(self, story):
        asked = [decision.rail for decision in story.decisions if decision.action is DunningAction.SWITCH_RAIL]
        assert len(asked) == len(set(asked))
        assert set(asked) <= set(story.answers.others)

    @given(stories())
    def test_is_decided_the_same_way_twice(self, story):
        cards_added = sum(charge.instrument.key != "card 0" for charge in story.charges)
        again = Story(story.opened_at, story.settings, story.cadence, replace(story.answers, cards_added=cards_added))
        first = again.play().decisions[0]
        assert first == story.decisions[0]


CALENDAR = DunningSettings(payday_aware=PaydayAwareness.CALENDAR)


class TestAPlanByTheCalendar:
    @pytest.mark.parametrize("category", [FailureCategory.INSUFFICIENT_FUNDS, FailureCategory.DO_NOT_HONOR])
    @pytest.mark.parametrize("hour", [0, 8, 9, 23])
    @pytest.mark.parametrize("year", [2026, 2027, 2028])
    def test_meets_a_payday_whenever_in_the_year_the_first_try_failed(self, year, hour, category):
        start = Instant.from_utc(year, 1, 1, hour, 30)
        for day in range(366):
            code = FailureCode.typical(category)
            answers = Answers([(code, None)], Network.VERVE, 0, (), None, TimeDelta(minutes=2), (), None)
            story = Story(start + 24 * day * HOUR, CALENDAR, Cadence(Interval.MONTH), answers).play()
            days = [charge.at.to_stdlib().day for charge in story.charges[1:]]
            assert any(met == 28 or met <= 3 for met in days)
