from dataclasses import replace

import pytest
from whenever import TimeDelta

from duro.billing import FailureCategory
from duro.billing.recovery import DunningAction, DunningCause, DunningStrategy

STRATEGY = DunningStrategy.published()
APPROVAL = FailureCategory.AUTHENTICATION_REQUIRED


class TestApprovalsThatNeverCome:
    @pytest.mark.parametrize("times", [1, 5, 40])
    def test_are_asked_for_until_the_deadline_and_not_a_moment_longer(self, case, times):
        context = case(APPROVAL)
        [first] = context.attempts
        asked = [
            replace(first, at=first.at + number * TimeDelta(minutes=16), is_manual=True)
            for number in range(1, times + 1)
        ]
        context = replace(context, attempts=(first, *asked))
        now, seen = asked[-1].at, 0
        while now < context.deadline_at:
            decision = STRATEGY.decide(replace(context, now=now))
            assert (decision.action, decision.next_attempt_at) == (DunningAction.REQUEST_AUTHENTICATION, None)
            now, seen = decision.remind_at or context.deadline_at, seen + 1
        assert seen < 10
        assert now == context.deadline_at
        decision = STRATEGY.decide(replace(context, now=now))
        assert (decision.action, decision.cause) == (DunningAction.EXHAUST, DunningCause.DEADLINE_PASSED)
