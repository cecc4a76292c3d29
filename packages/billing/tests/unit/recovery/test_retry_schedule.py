from uuid import UUID

import pytest
from whenever import Instant, TimeDelta

from duro.billing import FailureCategory
from duro.billing.recovery import RetrySchedule
from duro.kernel import DunningScheduleId

OPENED = Instant.from_utc(2026, 4, 15, 10)


class TestRetrySchedule:
    @pytest.mark.parametrize(
        ("hours", "expected"), [(0, 24), (23, 24), (24, 72), (100, 120), (120, 168), (168, 216), (400, 448)]
    )
    def test_takes_the_next_step_from_the_first_failure_and_then_a_gap_after_the_last(self, hours, expected):
        now = OPENED + TimeDelta(hours=hours)
        next_at = RetrySchedule().next_after(now, opened_at=OPENED, category=FailureCategory.UNKNOWN)
        assert next_at == OPENED + TimeDelta(hours=expected)

    @pytest.mark.parametrize(("hours", "expected"), [(0, 1), (1, 24), (24, 72)])
    def test_starts_at_an_hour_for_what_a_processor_broke(self, hours, expected):
        now = OPENED + TimeDelta(hours=hours)
        next_at = RetrySchedule().next_after(now, opened_at=OPENED, category=FailureCategory.PROCESSOR_ERROR)
        assert next_at == OPENED + TimeDelta(hours=expected)

    def test_spreads_cases_and_attempts_but_always_the_same_way(self):
        schedule, ids = RetrySchedule(), [DunningScheduleId(UUID(int=number)) for number in range(50)]
        delays = [schedule.jitter(id_, attempt) for id_ in ids for attempt in range(4)]
        assert delays == [schedule.jitter(id_, attempt) for id_ in ids for attempt in range(4)]
        assert len(set(delays)) > 100
        assert all(TimeDelta.ZERO <= delay < TimeDelta(seconds=600) for delay in delays)

    def test_spreads_nothing_when_told_so(self):
        assert RetrySchedule(spread_seconds=0).jitter(DunningScheduleId(UUID(int=1)), 1) == TimeDelta.ZERO

    @pytest.mark.parametrize(
        "wrong",
        [
            {"steps": ()},
            {"steps": (TimeDelta(hours=2), TimeDelta(hours=2))},
            {"steps": (TimeDelta.ZERO,)},
            {"processor_start": TimeDelta.ZERO},
            {"gap": TimeDelta.ZERO},
            {"spread_seconds": -1},
        ],
    )
    def test_refuses_a_ladder_that_does_not_rise(self, wrong):
        with pytest.raises(ValueError, match="retry schedule"):
            RetrySchedule(**wrong)
