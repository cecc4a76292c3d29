import pytest
from whenever import Instant

from duro.billing import Zone
from duro.billing.messages import NudgeCap

LAGOS = Zone("Africa/Lagos")
NOON = Instant.from_utc(2026, 3, 31, 11)


class TestNudgeCap:
    def test_lets_the_first_nudge_of_a_day_through(self):
        assert NudgeCap().next_allowed(NOON, LAGOS, nudged_at=[NOON.subtract(hours=24)]) == NOON

    def test_moves_the_second_to_the_start_of_the_next_day_of_the_payer(self):
        morning = NOON.subtract(hours=4)
        assert NudgeCap().next_allowed(NOON, LAGOS, nudged_at=[morning]) == Instant.from_utc(2026, 3, 31, 23)

    def test_counts_a_nudge_by_the_payers_day_and_not_by_that_of_utc(self):
        late = Instant.from_utc(2026, 3, 30, 23, 30)
        assert NudgeCap().next_allowed(NOON, LAGOS, nudged_at=[late]) != NOON
        assert NudgeCap().next_allowed(NOON, Zone("UTC"), nudged_at=[late]) == NOON

    def test_passes_over_days_that_have_a_planned_one(self):
        planned = [NOON, NOON.add(hours=24), NOON.add(hours=72)]
        assert NudgeCap().next_allowed(NOON, LAGOS, nudged_at=planned) == Instant.from_utc(2026, 4, 1, 23)

    def test_may_be_wider(self):
        cap = NudgeCap(2)
        assert cap.next_allowed(NOON, LAGOS, nudged_at=[NOON]) == NOON
        assert cap.next_allowed(NOON, LAGOS, nudged_at=[NOON, NOON]) > NOON

    def test_is_never_nothing(self):
        with pytest.raises(ValueError, match="at least one"):
            NudgeCap(0)
