import dataclasses

import numpy as np
import pytest

from duro.billing.recovery import DunningSettings, PaydayAwareness
from duro.simulator.answer import Sighting
from duro.simulator.case_view import CaseView
from duro.simulator.plan import Move
from duro.simulator.policies.engine import EnginePolicy
from duro.simulator.post import Rails
from duro.simulator.season import Season
from duro.simulator.terms import Terms
from duro.simulator.timeline import Timeline


class _Kept:
    """A policy that does what another does and keeps every view that it was shown."""

    def __init__(self, policy) -> None:
        self._policy = policy
        self.name, self.window_days = policy.name, policy.window_days
        self.views: list[CaseView] = []

    def decide(self, view: CaseView):
        self.views.append(view)
        return self._policy.decide(view)


@pytest.fixture(scope="module")
def views(world) -> list[CaseView]:
    kept = _Kept(EnginePolicy.learned(None))
    Season.prepare(world, kept, rails=Rails.NONE, window_days=30).play()
    return [view for view in kept.views if len(view) > 5][-6:]


def _with_seen(view: CaseView, at: np.ndarray, what: Sighting) -> CaseView:
    """Show one more sight of every payer."""
    return dataclasses.replace(
        view,
        seen_at=np.concatenate([view.seen_at, at[:, None]], axis=1),
        seen=np.concatenate([view.seen, np.full((len(view), 1), what)], axis=1),
    )


class TestTheEnginesPolicies:
    @pytest.mark.parametrize("what", [Sighting.MONEY, Sighting.EMPTY])
    def test_never_use_what_is_yet_to_be_seen(self, views, what):
        for view in views:
            plan = EnginePolicy.learned(None).decide(view)
            fed = EnginePolicy.learned(None).decide(_with_seen(view, view.now + 1, what))
            assert np.array_equal(plan.at, fed.at)
            assert np.array_equal(plan.move, fed.move)

    def test_use_what_was_seen(self, views):
        changed = 0
        for view in views:
            for ago in range(1, 20):
                fed = _with_seen(view, view.now - ago * Timeline.DAY, Sighting.MONEY)
                plans = [EnginePolicy.learned(None).decide(each) for each in (view, fed)]
                changed += int((plans[0].at != plans[1].at).sum())
        assert changed > 0

    def test_say_a_chance_of_what_they_learned_to_wait_for(self, views):
        for view in views:
            plan = EnginePolicy.learned(None).decide(view)
            said = plan.expected[np.isfinite(plan.expected)]
            assert ((said >= 0) & (said <= 1)).all()
            assert (plan.move[np.isfinite(plan.expected)] == Move.CHARGE).all()
        assert np.isnan(EnginePolicy.calendar(None).decide(views[0]).expected).all()

    def test_can_be_run_with_one_thing_taken_away(self):
        whole, default = EnginePolicy.learned(None).settings, DunningSettings()
        for part, settings in (
            (EnginePolicy.unreminded, dataclasses.replace(whole, reminders=(), last_reminder=None)),
            (EnginePolicy.cautious, dataclasses.replace(whole, soft_tries=default.soft_tries)),
            (EnginePolicy.default, default),
        ):
            assert part(None).settings == settings != whole

    def test_work_on_their_own_terms_or_on_others(self):
        learned, hedged = EnginePolicy.learned(None), EnginePolicy.hedged(Terms(8, 14))
        assert (learned.name, learned.most_tries, learned.window_days) == ("duro_learned", 6, 30)
        assert learned.settings.payday_aware is PaydayAwareness.LEARNED
        assert (hedged.name, hedged.most_tries, hedged.window_days) == ("duro_hedged_8_in_14", 8, 14)
        assert EnginePolicy.calendar(None).settings.payday_aware is PaydayAwareness.CALENDAR
