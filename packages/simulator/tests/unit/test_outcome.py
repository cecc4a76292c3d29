import dataclasses

import numpy as np
import pytest

from duro.simulator.answer import Answer
from duro.simulator.calibration import Calibration
from duro.simulator.case_view import CaseView
from duro.simulator.docket import Docket
from duro.simulator.outcome import Outcome
from duro.simulator.plan import Move, Plan
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.timeline import Timeline

_DAY = Timeline.DAY


class _Sure:
    """A policy that charges every third day and says 90 % of its first try and nothing of the others."""

    name, window_days, most_tries = "sure", 30, 6

    def decide(self, view: CaseView) -> Plan:
        plan = Plan.waiting(len(view))
        first, later = view.tries == 1, (view.tries > 1) & (view.tries < 6)
        plan.put(first, Move.CHARGE, view.now[first] + 3 * _DAY, expected=np.full(first.sum(), 0.9))
        plan.put(later, Move.CHARGE, view.now[later] + 3 * _DAY)
        return plan


def _play(world, policy):
    season = Season.prepare(world, policy, rails=Rails.NONE, window_days=30)
    return season.play(), season.docket


@pytest.fixture(scope="module")
def played(world):
    return _play(world, Catalogue().make("even_6_in_30", world))


class TestOutcome:
    def test_counts_a_case_as_unpaid_until_it_is_recovered_and_for_30_days_if_it_is_not(self, played):
        outcome, _ = played
        days = [
            min((at - opened) / _DAY, 30.0)
            for at, opened in zip(outcome.recovered_at.tolist(), outcome.opened_at.tolist(), strict=True)
        ]
        assert outcome.measures()["unpaid_days_per_case"] == pytest.approx(sum(days) / len(days))

    def test_values_money_one_per_cent_less_for_every_day_that_it_comes_later(self, played):
        outcome, _ = played
        won = outcome.is_recovered
        worth = (outcome.amount * 0.99 ** ((outcome.recovered_at - outcome.opened_at) / _DAY))[won].sum()
        measures = outcome.measures()
        assert measures["discounted_share"] == pytest.approx(worth / outcome.at_risk)
        assert measures["discounted_share"] < measures["recovered_share"]

    def test_numbers_the_failures_of_each_payer(self, played):
        outcome, _ = played
        seen: dict[int, int] = {}
        for payer, nth in zip(outcome.payer.tolist(), outcome._nth.tolist(), strict=True):
            seen[payer] = seen.get(payer, 0) + 1
            assert nth == seen[payer]


class TestLives:
    def test_are_all_that_was_billed_when_nothing_is_lost(self, world):
        docket = Docket.open(world.cases, 30)
        docket.recovered_at[:] = world.cases.opened_at + 1
        lives = Outcome.of(world, docket, 30).lives
        assert lives.billed == int(world.paid.amount.sum()) + world.cases.at_risk
        assert lives.collected == lives.until_lost == lives.billed

    def test_end_when_the_payer_cancels_or_already_with_the_first_lost_case(self, world):
        docket, cases = Docket.open(world.cases, 30), world.cases
        docket.recovered_at[:] = cases.opened_at + 1
        payers, counts = np.unique(cases.payer, return_counts=True)
        often = payers[counts >= 2][0]
        first, second = np.flatnonzero(cases.payer == often)[:2]
        docket.recovered_at[first] = Timeline.NEVER
        lost = Outcome.of(world, docket, 30).lives
        assert lost.collected == lost.billed - int(cases.amount[first])
        after = (world.paid.payer == often) & (world.paid.at > cases.opened_at[first])
        later = int(world.paid.amount[after].sum()) + int(cases.amount[cases.payer == often].sum())
        assert lost.until_lost == lost.billed - later
        docket.recovered_at[first] = cases.opened_at[first] + 1
        docket.recovered_at[second] = Timeline.NEVER
        docket.is_canceled[second], docket.ended_at[second] = True, cases.opened_at[second] + _DAY
        left = Outcome.of(world, docket, 30).lives
        assert left.until_lost <= left.collected < left.billed

    def test_bring_in_more_under_the_bound_than_under_a_ladder(self, world, played):
        best, _ = _play(world, Catalogue().make("oracle", world))
        assert best.lives.until_lost > played[0].lives.until_lost


class TestCalibration:
    def test_sets_what_was_said_against_what_became_of_it(self, world):
        outcome, docket = _play(world, _Sure())
        found = outcome.calibration
        ((low, high, charges, said, approved),) = found.rows()
        assert (low, high, said) == (0.9, 1.0, pytest.approx(0.9))
        tried = np.isfinite(docket.expected)
        assert charges == int(tried.sum()) > 100
        assert approved == pytest.approx(float((docket.answers[tried] == Answer.APPROVED).mean()))
        assert found.gap == pytest.approx(abs(0.9 - approved))

    def test_is_empty_of_a_policy_that_says_nothing(self, played):
        assert played[0].calibration.rows() == ()
        assert played[0].calibration.total == 0

    def test_adds_up_over_worlds(self, world):
        one = _play(world, _Sure())[0].calibration
        both = one + one
        assert both.total == 2 * one.total
        assert both.gap == pytest.approx(one.gap)

    def test_puts_certainty_into_the_last_bin(self, world):
        docket = Docket.open(world.cases, 30)
        docket.expected[0, 0] = 1.0
        assert dataclasses.asdict(Calibration.of(docket))["charges"].tolist() == [0] * 9 + [1]
