import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duro.simulator.case_view import CaseView
from duro.simulator.plan import Plan
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.policies.month_end import MonthEnd
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.seeds import Seed
from duro.simulator.timeline import Timeline
from duro.simulator.world import World

_RIVALS = tuple(name for name in Catalogue.NAMES if name != "oracle")
_FEW = settings(max_examples=5, deadline=None)


class _Minutes:
    """A policy that does what another does and writes down what it decided about each case at each time."""

    def __init__(self, policy) -> None:
        self._policy = policy
        self.name, self.window_days = policy.name, policy.window_days
        self.written: dict[tuple[int, int, int], tuple[int, int, int]] = {}

    def decide(self, view: CaseView) -> Plan:
        plan = self._policy.decide(view)
        keys = zip(view.case.tolist(), view.now.tolist(), view.messages.tolist(), strict=True)
        decided = zip(plan.move.tolist(), plan.at.tolist(), plan.way.tolist(), strict=True)
        self.written.update(zip(keys, decided, strict=True))
        return plan


def _twin_from(world: World, day: int) -> World:
    """Make a world that looks the same until a day, after which everybody is poor and every bank is down."""
    wallets, issuers = world.cards.wallets, world.cards.issuers
    midnight, income, is_down = wallets.midnight.copy(), wallets.income.copy(), issuers.is_down.copy()
    midnight[:, day:], income[:, day:], is_down[:, day * Timeline.DAY :] = 0, 0, True
    cards = dataclasses.replace(
        world.cards,
        wallets=dataclasses.replace(wallets, midnight=midnight, income=income),
        issuers=dataclasses.replace(issuers, is_down=is_down),
    )
    return dataclasses.replace(world, cards=cards)


def _recovered(world: World, name: str, *, days: int):
    policy = Catalogue().make(name, world)
    return Season.prepare(world, policy, rails=Rails.NONE, window_days=days).play()


class TestPolicies:
    @pytest.mark.parametrize("name", _RIVALS)
    @given(day=st.integers(min_value=40, max_value=140))
    @_FEW
    def test_decide_the_same_however_the_hidden_part_goes_on(self, world, name, day):
        books = []
        for place in (world, _twin_from(world, day)):
            book = _Minutes(Catalogue().make(name, place))
            Season.prepare(place, book, rails=Rails.NONE, window_days=30).play()
            books.append({key: plan for key, plan in book.written.items() if key[1] < day * Timeline.DAY})
        assert books[0]
        assert books[0] == books[1]

    def test_of_which_the_oracle_is_none_fail_that_test(self, world):
        books = []
        for place in (world, _twin_from(world, 60)):
            book = _Minutes(Catalogue().make("oracle", place))
            Season.prepare(place, book, rails=Rails.NONE, window_days=30).play()
            books.append({key: plan for key, plan in book.written.items() if key[1] < 60 * Timeline.DAY})
        assert books[0] != books[1]


class TestOracle:
    @given(number=st.integers(min_value=0, max_value=10_000), days=st.sampled_from([3, 14, 30, 35]))
    @_FEW
    def test_recovers_every_case_that_any_policy_does(self, number, days):
        world = World.make(Seed(number, number + 1), payers=150, months=3)
        bound = _recovered(world, "oracle", days=days).is_recovered
        for name in (*_RIVALS, "even_30_in_30"):
            won = _recovered(world, name, days=days).is_recovered
            assert not (won & ~bound).any(), name


class TestWorld:
    @given(number=st.integers(min_value=0, max_value=1 << 31))
    @_FEW
    def test_is_the_same_for_the_same_seed_and_never_without_money_at_risk(self, number):
        one, other = (World.make(Seed(number, 7), payers=120, months=2) for _ in range(2))
        assert np.array_equal(one.cases.amount, other.cases.amount)
        assert np.array_equal(one.cases.first_answer, other.cases.first_answer)
        assert np.array_equal(one.cards.wallets.midnight, other.cards.wallets.midnight)
        assert one.cases.at_risk > 0
        assert (one.cases.amount > 0).all()
        assert (one.cases.first_answer > 0).all()


class TestMonthEnd:
    @given(slot=st.integers(min_value=0, max_value=48 * 400))
    def test_moves_a_try_forward_by_whole_days_at_most_four(self, slot):
        first = Timeline(1).first_date
        moved = int(MonthEnd(first).snap(np.array([slot]))[0])
        ahead, rest = divmod(moved - slot, Timeline.DAY)
        assert rest == 0
        assert 0 <= ahead <= 4
        day = (first + moved // Timeline.DAY).astype(object).day
        assert ahead == 0 or day in {1, 26, 27, 28, 29, 30}
        nearer = [(first + slot // Timeline.DAY + n).astype(object).day for n in range(5)]
        assert (day in {1, 26, 27, 28, 29, 30}) == any(n in {1, 26, 27, 28, 29, 30} for n in nearer)
