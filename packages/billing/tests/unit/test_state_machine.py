from itertools import product
from pathlib import Path

import pytest

from duro.billing import EventType, SubscriptionAction, SubscriptionStateMachine, SubscriptionStatus, Transition
from duro.kernel import ConflictError, ErrorKind

README = Path(__file__).parents[2] / "README.md"

TABLE = """
incomplete start_trial trialing subscription_created
incomplete activate active subscription_activated
trialing activate active subscription_activated
incomplete expire_incomplete incomplete_expired subscription_expired
active renewal_failed past_due subscription_past_due
trialing renewal_failed past_due subscription_past_due
past_due recover active subscription_recovered
past_due exhaust_dunning unpaid subscription_unpaid
unpaid recover active subscription_recovered
active reach_limit expired subscription_expired
active pause paused subscription_paused
paused resume active subscription_resumed
incomplete cancel canceled subscription_cancelled
trialing cancel canceled subscription_cancelled
active cancel canceled subscription_cancelled
past_due cancel canceled subscription_cancelled
paused cancel canceled subscription_cancelled
unpaid cancel canceled subscription_cancelled
"""
ROWS = {
    (SubscriptionStatus(source), SubscriptionAction(action)): Transition(SubscriptionStatus(target), EventType(event))
    for source, action, target, event in map(str.split, TABLE.strip().splitlines())
}
EVERY_PAIR = list(product(SubscriptionStatus, SubscriptionAction))


class TestTheSubscriptionStateMachine:
    @pytest.mark.parametrize(("status", "action"), [pair for pair in EVERY_PAIR if pair in ROWS])
    def test_makes_every_move_of_the_table(self, status, action):
        assert SubscriptionStateMachine.can(status, action)
        assert SubscriptionStateMachine.transition(status, action) == ROWS[status, action]

    @pytest.mark.parametrize(("status", "action"), [pair for pair in EVERY_PAIR if pair not in ROWS])
    def test_refuses_every_other_move(self, status, action):
        assert not SubscriptionStateMachine.can(status, action)
        with pytest.raises(ConflictError) as refused:
            SubscriptionStateMachine.transition(status, action)
        assert (refused.value.code, refused.value.kind) == ("illegal_transition", ErrorKind.CONFLICT)

    def test_ends_in_three_statuses(self):
        assert {
            SubscriptionStatus.CANCELED,
            SubscriptionStatus.EXPIRED,
            SubscriptionStatus.INCOMPLETE_EXPIRED,
        } == SubscriptionStateMachine.TERMINAL


class TestTheDiagram:
    """To write it anew: print(SubscriptionStateMachine.diagram()) between the fences of the README."""

    def test_in_the_readme_is_the_table_s(self):
        assert f"```mermaid\n{SubscriptionStateMachine.diagram()}```\n" in README.read_text(encoding="utf-8")

    def test_has_an_arrow_for_every_move_and_no_other(self):
        arrows = [line.strip() for line in SubscriptionStateMachine.diagram().splitlines()[1:]]
        moves = {f"{source} --> {ROWS[source, action].target}: {action}" for source, action in ROWS}
        ends = {f"{status} --> [*]" for status in SubscriptionStateMachine.TERMINAL}
        assert sorted(arrows) == sorted({"[*] --> incomplete"} | moves | ends)
