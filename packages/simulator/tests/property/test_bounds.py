from hypothesis import given, settings
from hypothesis import strategies as st

from duro.simulator.answer import Answer, Network
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.replay.bounds import Bounds
from duro.simulator.replay.past import Past, PastCase, PastTry
from duro.simulator.timeline import Timeline

_NAMES = tuple(name for name in Catalogue.NAMES if not Catalogue().is_bound(name))
_REFUSALS = st.sampled_from([answer for answer in Answer if answer not in {Answer.APPROVED, Answer.NOTHING}])


@st.composite
def _cases(draw, reference):
    at = draw(st.integers(min_value=60, max_value=200)) * Timeline.DAY
    tries = [PastTry(at, draw(_REFUSALS), 0)]
    for _ in range(draw(st.integers(min_value=0, max_value=5))):
        at += draw(st.integers(min_value=1, max_value=8 * Timeline.DAY))
        tries.append(PastTry(at, draw(_REFUSALS), draw(st.sampled_from([0, at]))))
    if draw(st.booleans()):
        tries.append(
            PastTry(at + draw(st.integers(min_value=1, max_value=400)), Answer.APPROVED, tries[-1].card_added_at)
        )
    amount = draw(st.integers(min_value=1, max_value=10_000_00))
    return PastCase(reference, draw(st.integers(0, 2)), amount, draw(st.sampled_from(Network)), tuple(tries))


class TestBounds:
    @given(data=st.data(), name=st.sampled_from(_NAMES))
    @settings(max_examples=60, deadline=None)
    def test_hold_what_is_known_and_never_more_than_failed(self, data, name):
        cases = tuple(data.draw(_cases(f"inv_{number}")) for number in range(data.draw(st.integers(1, 4))))
        past = Past("NGN", cases, {})
        bounds = Bounds.of(past, Catalogue().without_world(name))
        assert 0 <= bounds.at_least <= bounds.at_most <= past.at_risk
        assert bounds.at_least <= past.recovered
        assert 0 <= bounds.known <= bounds.tries
        for case, tries in zip(cases, bounds.would_try, strict=True):
            last = case.opened_at + bounds.window_days * Timeline.DAY
            assert all(case.opened_at < one.at <= last for one in tries)
            assert [one.at for one in tries] == sorted(one.at for one in tries)
