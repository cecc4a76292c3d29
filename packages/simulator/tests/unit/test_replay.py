import pytest

from duro.simulator.answer import Answer, Network, Sighting
from duro.simulator.case_view import CaseView
from duro.simulator.policies.catalogue import Catalogue
from duro.simulator.replay.bounds import Bounds
from duro.simulator.replay.knowledge import Knowledge
from duro.simulator.replay.past import Past, PastCase, PastTry, Seen
from duro.simulator.replay.replay import Replay, Verdict
from duro.simulator.replay.replay_report import ReplayReport
from duro.simulator.timeline import Timeline

_DAY, _HOUR = Timeline.DAY, Timeline.HOUR
_OPENED = 100 * _DAY
_EMPTY, _PAID, _DEAD = Answer.INSUFFICIENT_FUNDS, Answer.APPROVED, Answer.HARD_DECLINE


def _case(*tries, reference="inv_1", payer=0, amount=5_000_00, paid_after=None, first=_EMPTY):
    """Make a case of tries given as (days after the first, answer) or with the days after which a card was added."""
    made = [PastTry(_OPENED, first, 0)]
    for days, answer, *card in tries:
        added_at = _OPENED + int(card[0] * _DAY) if card else 0
        made.append(PastTry(_OPENED + int(days * _DAY), answer, added_at))
    paid_at = None if paid_after is None else _OPENED + paid_after * _DAY
    return PastCase(reference, payer, amount, Network.VERVE, tuple(made), paid_at)


def _past(*cases, seen=()):
    return Past("NGN", cases, {0: tuple(seen)})


def _bounds(past, name):
    return Bounds.of(past, Catalogue().without_world(name))


class TestKnowledge:
    @pytest.mark.parametrize(
        ("hours", "answer"),
        [(0, _EMPTY), (1, _EMPTY), (1.5, None), (47, _PAID), (48, _PAID), (49, _PAID), (49.5, None)],
    )
    def test_knows_the_answer_within_an_hour_of_a_real_try(self, hours, answer):
        known = Knowledge(_case((2, _PAID))).answer(_OPENED + int(hours * _HOUR), card_added_at=0)
        assert known == answer

    @pytest.mark.parametrize(
        ("gap", "second", "answer"), [(0.9, _EMPTY, _EMPTY), (1, _EMPTY, None), (0.9, _DEAD, None)]
    )
    def test_knows_a_refusal_between_two_alike_less_than_a_day_apart(self, gap, second, answer):
        assert Knowledge(_case((gap, second))).answer(_OPENED + 5 * _HOUR, card_added_at=0) == answer

    def test_takes_nothing_for_known_between_two_approvals(self):
        case = _case((1, _PAID), (1.9, _PAID))
        assert Knowledge(case).answer(_OPENED + int(1.4 * _DAY), card_added_at=0) is None

    @pytest.mark.parametrize("answer", [_DEAD, Answer.EXPIRED_CARD])
    def test_knows_that_a_dead_card_stays_dead_and_nothing_of_another(self, answer):
        knowledge = Knowledge(_case((9, _PAID, 8), first=answer))
        assert knowledge.answer(_OPENED + 20 * _DAY, card_added_at=0) == answer
        assert knowledge.answer(_OPENED + 20 * _DAY, card_added_at=_OPENED + 8 * _DAY) is None
        assert knowledge.next_card(_OPENED) == _OPENED + 8 * _DAY
        assert knowledge.next_card(_OPENED + 8 * _DAY) is None

    def test_takes_an_unknown_answer_at_worst_for_the_refusal_before_it(self):
        knowledge = Knowledge(_case((2, Answer.PROCESSOR_ERROR), (4, _PAID)))
        assert knowledge.likely_refusal(_OPENED + _DAY) is _EMPTY
        assert knowledge.likely_refusal(_OPENED + 5 * _DAY) is Answer.PROCESSOR_ERROR


class TestBounds:
    def test_meet_where_a_policy_had_tried_when_it_was_really_tried(self):
        bounds = _bounds(_past(_case((5, _PAID))), "even_6_in_30")
        assert (bounds.at_least, bounds.at_most, bounds.tries, bounds.known) == (5_000_00, 5_000_00, 1, 1)
        assert [one.verdict for one in bounds.would_try[0]] == [Verdict.SUCCEEDS]

    def test_lie_apart_where_nobody_knows(self):
        bounds = _bounds(_past(_case((5, _PAID))), "ladder_2_7_14_21")
        assert (bounds.at_least, bounds.at_most) == (0, 5_000_00)
        assert [one.verdict for one in bounds.would_try[0]] == [Verdict.UNKNOWN] * 4
        assert [(one.at - _OPENED) / _DAY for one in bounds.would_try[0]] == [2, 7, 14, 21]

    def test_go_on_after_a_known_refusal(self):
        bounds = _bounds(_past(_case((5, _EMPTY), (10, _PAID))), "even_6_in_30")
        assert [one.verdict for one in bounds.would_try[0]] == [Verdict.FAILS, Verdict.SUCCEEDS]
        assert bounds.at_least == bounds.at_most == 5_000_00

    def test_know_that_a_dead_card_brings_nothing_back(self):
        bounds = _bounds(_past(_case(first=_DEAD)), "even_6_in_30")
        assert (bounds.at_least, bounds.at_most, bounds.tries) == (0, 0, 0)

    def test_charge_another_card_when_it_really_came(self):
        bounds = _bounds(_past(_case((8, _PAID, 8), first=_DEAD)), "even_6_in_30")
        assert bounds.at_least == 5_000_00

    @pytest.mark.parametrize(("days", "at_most"), [(29, 5_000_00), (30, 5_000_00), (31, 0)])
    def test_count_who_paid_without_a_charge_at_most(self, days, at_most):
        bounds = _bounds(_past(_case(first=_DEAD, paid_after=days)), "even_6_in_30")
        assert (bounds.at_least, bounds.at_most) == (0, at_most)

    def test_count_no_try_after_the_window(self):
        bounds = _bounds(_past(_case((21, _PAID))), "fixed_daily")
        assert bounds.window_days == 3
        assert bounds.at_least == 0


class TestReplay:
    def test_shows_a_policy_nothing_that_it_could_not_have_seen(self):
        seen = (
            Seen(_OPENED - 3 * _DAY, Sighting.MONEY, "inv_0"),
            Seen(_OPENED, Sighting.EMPTY, "inv_1"),
            Seen(_OPENED + 4 * _DAY, Sighting.MONEY, "inv_1"),
            Seen(_OPENED + 6 * _DAY, Sighting.EMPTY, "inv_2"),
            Seen(_OPENED + 40 * _DAY, Sighting.MONEY, "inv_3"),
        )
        views: list[CaseView] = []
        policy = Catalogue().without_world("even_6_in_30")

        class Watching:
            name, window_days, most_tries = policy.name, policy.window_days, policy.most_tries

            def decide(self, view):
                views.append(view)
                return policy.decide(view)

        Replay.prepare(_past(_case((4, _PAID)), seen=seen), Watching(), is_hopeful=False).play()
        shown = [
            [((at - _OPENED) / _DAY, what) for at, what in zip(view.seen_at[0], view.seen[0], strict=True) if what]
            for view in views
        ]
        first, second = [(-3, Sighting.MONEY), (0, Sighting.EMPTY)], [(5, Sighting.EMPTY)]
        assert shown[0] == first
        assert shown[1] == [*first, *second]
        assert shown[2] == [*first, *second, (6, Sighting.EMPTY), (10, Sighting.EMPTY)]
        assert all(not view.can_push.any() for view in views)

    def test_counts_messages_as_they_had_been_sent(self):
        views: list[CaseView] = []
        policy = Catalogue().without_world("even_6_in_30")

        class Watching:
            name, window_days, most_tries = policy.name, policy.window_days, policy.most_tries

            def decide(self, view):
                views.append(view)
                return policy.decide(view)

        Replay.prepare(_past(_case()), Watching(), is_hopeful=False).play()
        assert [view.messages[0] for view in views] == [1, 2, 3, 4, 5, 6, 6]


class TestReplayReport:
    @pytest.fixture
    def report(self):
        past = _past(_case((5, _PAID)), _case(reference="inv_2", payer=1, amount=9_000_00, first=_DEAD))
        return ReplayReport.of(past, ("even_6_in_30", "duro_calendar", "oracle"), lambda _: None)

    def test_leaves_out_the_bound_and_puts_first_what_is_known_to_bring_back_most(self, report):
        rows = report.table().rows
        assert [row[0] for row in rows] == ["even_6_in_30", "duro_calendar"]
        assert rows[0][2:6] == ("35.7", "35.7", "NGN 5,000.00", "NGN 5,000.00")

    def test_says_what_really_came_back(self, report):
        assert report.made_of == (
            "2 charges failed at first, NGN 14,000.00 in all; NGN 5,000.00 of that really came back (35.7 %)."
        )

    def test_shows_when_our_policy_had_tried_the_largest(self, report):
        (sheet,) = report.examples()
        assert "duro_calendar" in sheet.title
        assert [row[0] for row in sheet.rows] == ["inv_2", "inv_1"]
        assert sheet.rows[0][3] == "never: only the payer can"
        assert sheet.rows[1][2] == "2026-04-11 00:00"
        assert "unknown" in sheet.rows[1][3]

    def test_gives_the_same_figures_to_machines(self, report):
        read = report.as_json()
        (even,) = (one for one in read["policies"] if one["policy"] == "even_6_in_30")
        assert (read["at_risk_minor_units"], even["at_least_minor_units"]) == (14_000_00, 5_000_00)
        assert even["known_share_of_attempts"] == 1.0
