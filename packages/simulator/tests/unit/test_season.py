import dataclasses
import gc
from collections.abc import Iterator

import numpy as np
import pytest

from duro.simulator.ailments import Ailment
from duro.simulator.answer import Answer, Way
from duro.simulator.case_view import CaseView
from duro.simulator.plan import Move, Plan
from duro.simulator.policies.catalogue import Catalogue, UnknownPolicyError
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.timeline import Timeline
from duro.simulator.world import World

_DAY = Timeline.DAY
_RIVALS = tuple(name for name in Catalogue.NAMES if name != "oracle")


class _Recording:
    """A policy that keeps every view it is given, and does what another does."""

    def __init__(self, policy) -> None:
        self._policy = policy
        self.name = policy.name
        self.window_days = policy.window_days
        self.views: list[CaseView] = []

    def decide(self, view: CaseView) -> Plan:
        self.views.append(view)
        return self._policy.decide(view)


class _Once:
    """A policy that charges once, at a slot after the first failure, and asks for nothing."""

    def __init__(self, after: int, way: Way = Way.CARD, move: Move = Move.CHARGE) -> None:
        self.name, self.window_days = "once", 30
        self._after, self._way, self._move = after, way, move

    def decide(self, view: CaseView) -> Plan:
        plan = Plan.waiting(len(view))
        first = view.tries == 1
        plan.put(first, self._move, (view.opened_at + self._after)[first], self._way)
        return plan


def _play(world: World, policy, *, rails=Rails.NONE, days=30):
    season = Season.prepare(world, policy, rails=rails, window_days=days)
    return season.play(), season


class TestSeason:
    @pytest.mark.parametrize("rails", list(Rails))
    @pytest.mark.parametrize("name", Catalogue.NAMES)
    def test_accounts_for_all_money_that_failed(self, world, name, rails):
        outcome, _ = _play(world, Catalogue().make(name, world), rails=rails)
        assert outcome.recovered + outcome.lost == outcome.at_risk == world.cases.at_risk
        assert 0 < outcome.recovered < outcome.at_risk
        assert (outcome.recovered_at[outcome.is_recovered] > outcome.opened_at[outcome.is_recovered]).all()

    @pytest.mark.parametrize("days", [3, 14, 30])
    def test_loses_what_is_open_at_the_deadline(self, world, days):
        outcome, _ = _play(world, Catalogue().make("even_6_in_30", world), days=days)
        taken = (outcome.recovered_at - outcome.opened_at)[outcome.is_recovered]
        assert taken.max() <= days * _DAY

    def test_splits_what_came_back_by_reason(self, world):
        outcome, _ = _play(world, Catalogue().make("even_6_in_30", world))
        measures = outcome.measures()
        back = sum(
            measures[f"recovered_share_of_{reason.name.lower()}"] * outcome.amount[outcome.first_answer == reason].sum()
            for reason in outcome.REASONS
        )
        assert back == pytest.approx(outcome.recovered)

    def test_gives_every_policy_the_same_cases(self, world):
        one, _ = _play(world, Catalogue().make("fixed_daily", world))
        other, _ = _play(world, Catalogue().make("duro_calendar", world))
        assert np.array_equal(one.amount, other.amount)
        assert np.array_equal(one.opened_at, other.opened_at)

    def test_is_the_same_every_time(self, world):
        one, _ = _play(world, Catalogue().make("duro_calendar", world), rails=Rails.ALL)
        other, _ = _play(world, Catalogue().make("duro_calendar", world), rails=Rails.ALL)
        assert np.array_equal(one.recovered_at, other.recovered_at)

    def test_recovers_by_a_charge_exactly_where_the_bank_approves(self, world):
        outcome, _ = _play(world, _Once(5 * _DAY))
        count = len(world.cases)
        no = np.zeros(count, dtype=bool)
        answer = world.answer(np.arange(count), world.cases.opened_at + 5 * _DAY, is_fresh=no, is_authenticated=no)
        by_charge = outcome.recovered_at == outcome.opened_at + 5 * _DAY
        made = outcome.tries == 1
        simple = made & (world.cases.ailment == 0)
        assert simple.sum() > 50
        assert np.array_equal(by_charge[simple], (answer == Answer.APPROVED)[simple])

    def test_loses_every_later_case_of_a_payer_who_left(self, world):
        outcome, season = _play(world, Catalogue().make("even_8_in_14", world))
        left_at = season.left_at[outcome.payer]
        later = outcome.opened_at > left_at
        assert outcome.is_canceled.any()
        assert later.any()
        assert not outcome.is_recovered[later].any()
        assert (outcome.messages[later] == 0).all()

    def test_sends_at_most_six_messages_about_a_case(self, world):
        outcome, _ = _play(world, Catalogue().make("even_10_in_30", world))
        assert outcome.messages.max() == 6

    def test_lets_pushed_money_arrive_only_with_rails(self, world):
        without, _ = _play(world, _Once(1, Way.PUSH, Move.ASK))
        asked, _ = _play(world, _Once(_DAY, Way.PUSH, Move.ASK), rails=Rails.AS_ASKED)
        by_all, _ = _play(world, _Once(_DAY, Way.PUSH, Move.ASK), rails=Rails.ALL)
        assert without.recovered < asked.recovered < by_all.recovered

    def test_charges_a_mandate_only_after_its_set_up(self, world):
        class _Mandate:
            name, window_days = "mandate", 30

            def decide(self, view: CaseView) -> Plan:
                plan = Plan.waiting(len(view))
                asks = (view.mandate_at == Timeline.NEVER) & (view.messages < 6)
                plan.put(asks, Move.ASK, view.messaged_at[asks] + _DAY, Way.MANDATE)
                has = view.mandate_at < Timeline.NEVER
                plan.put(has, Move.CHARGE, view.now[has] + 1, Way.MANDATE)
                return plan

        _, season = _play(world, _Mandate(), rails=Rails.AS_ASKED)
        docket = season.docket
        charged = docket.ways == Way.MANDATE
        row, column = np.nonzero(charged & (docket.answers == Answer.APPROVED))
        ready = docket.mandate_at[row] + world.mandate_lag[world.cases.payer[row]]
        assert len(row) > 0
        assert (docket.tried_at[row, column] >= ready).all()
        assert (docket.answers[charged] == Answer.DO_NOT_HONOR).any()

    @pytest.mark.parametrize("days", [0, 61])
    def test_refuses_a_window_that_the_world_does_not_hold(self, world, days):
        with pytest.raises(ValueError, match="from 1 to 60"):
            Season.prepare(world, _Once(1), rails=Rails.NONE, window_days=days)


class TestNetworks:
    def test_count_every_charge_after_a_hard_decline(self, world):
        outcome, _ = _play(world, Catalogue().make("fixed_daily", world), days=3)
        dead = world.cases.ailment == Ailment.DEAD
        assert outcome.hard_retries[dead].sum() > 0
        assert outcome.hard_retries[~dead].sum() == 0
        assert 0 < outcome.breaches.sum() < outcome.hard_retries.sum()

    def test_are_never_breached_by_policies_that_read_reasons(self, world):
        for name in ("ladder_1_3_5_7", "even_8_in_14", "duro_calendar", "oracle"):
            outcome, _ = _play(world, Catalogue().make(name, world), rails=Rails.ALL)
            assert outcome.hard_retries.sum() == 0
            assert outcome.breaches.sum() == 0

    def test_breach_their_ceilings_when_a_card_is_charged_all_day(self, world):
        class _Storm:
            name, window_days = "storm", 5

            def decide(self, view: CaseView) -> Plan:
                plan = Plan.waiting(len(view))
                plan.put(np.ones(len(view), dtype=bool), Move.CHARGE, view.now + 1)
                return plan

        outcome, _ = _play(world, _Storm(), days=5)
        alive = (world.cases.first_answer == Answer.INSUFFICIENT_FUNDS) & (outcome.tries == 15)
        visa, mastercard = (alive & (world.cases.network == network) for network in (0, 1))
        assert (outcome.breaches[visa] == 0).all()
        assert (outcome.breaches[mastercard] == 6).all()
        assert visa.any()
        assert mastercard.any()


class TestPolicies:
    @pytest.mark.parametrize("name", _RIVALS)
    def test_are_given_copies_of_what_a_merchant_sees_and_nothing_else(self, world, name):
        policy = _Recording(Catalogue().make(name, world))
        _play(world, policy, rails=Rails.ALL)
        assert policy.views
        hidden = self._hidden(world)
        for view in policy.views:
            for field in dataclasses.fields(CaseView):
                value = getattr(view, field.name)
                assert type(value) is np.ndarray
                assert value.base is None
                assert not any(np.shares_memory(value, array) for array in hidden)
            assert (view.tried_at[view.answers != Answer.NOTHING] < Timeline.NEVER).all()
            seen = view.seen_at < Timeline.NEVER
            assert (view.seen_at <= view.now[:, None])[seen].all()
            made = np.arange(view.tried_at.shape[1]) < view.tries[:, None]
            assert (view.tried_at <= view.now[:, None])[made].all()

    def test_are_shown_nothing_that_another_case_saw_later(self, world):
        """Windows of 60 days overlap, so that a later month's case opens before an earlier one's last tries."""
        policy = _Recording(Catalogue().make("even_12_in_60", world))
        _play(world, policy, days=60)
        past = [(view.seen_at <= view.now[:, None])[view.seen_at < Timeline.NEVER] for view in policy.views]
        assert all(rows.all() for rows in past)

    @pytest.mark.parametrize("name", _RIVALS)
    def test_hold_no_world(self, world, name):
        seen: set[int] = set()
        waiting = [Catalogue().make(name, world)]
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen or isinstance(thing, (type, type(np), str, int, bytes)):
                continue
            seen.add(id(thing))
            assert not isinstance(thing, (World, Season, np.ndarray))
            waiting += gc.get_referents(thing)
        assert len(seen) > 1

    @pytest.mark.parametrize("name", ["no_such", "even_0_in_3", "even_3", "even_3_in_030x"])
    def test_refuse_a_name_that_nobody_has(self, world, name):
        with pytest.raises(UnknownPolicyError, match=name):
            Catalogue().check(name)
        with pytest.raises(UnknownPolicyError, match=name):
            Catalogue().make(name, world)

    @staticmethod
    def _hidden(world: World) -> Iterator[np.ndarray]:
        cards = world.cards
        yield from (cards.wallets.midnight, cards.wallets.income, cards.wallets.spent, cards.issuers.is_down)
        yield from (world.cases.ailment, world.cases.blocked_until, world.tempers.tolerance)
        yield from (world.cases.payer, world.cases.opened_at, world.cases.amount)
