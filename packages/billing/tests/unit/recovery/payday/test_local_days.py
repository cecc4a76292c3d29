from datetime import date

import pytest
from whenever import Instant

from duro.billing import Zone
from duro.billing.recovery.payday.local_days import LocalDays

LAGOS = LocalDays(Zone("Africa/Lagos"))
DAY = date(2026, 4, 15).toordinal() - date(1970, 1, 1).toordinal()


class TestLocalDays:
    @pytest.mark.parametrize(
        ("at", "day"), [((15, 9), DAY), ((15, 8, 59), DAY - 1), ((15, 22, 59), DAY), ((16, 8), DAY)]
    )
    def test_let_the_morning_tell_of_the_day_before(self, at, day):
        assert LAGOS.of(Instant.from_utc(2026, 4, *at)) == day

    def test_follow_the_payers_own_clock(self):
        at = Instant.from_utc(2026, 4, 15, 23, 30)
        assert LocalDays(Zone("Asia/Tokyo")).of(at) == LAGOS.of(at)
        assert LocalDays(Zone("Asia/Tokyo")).of(Instant.from_utc(2026, 4, 15, 2)) == DAY
        assert LAGOS.of(Instant.from_utc(2026, 4, 15, 2)) == DAY - 1

    def test_try_in_the_evening(self):
        assert LAGOS.evening(DAY) == Instant.from_utc(2026, 4, 15, 19)

    @pytest.mark.parametrize(
        ("earliest", "deadline", "days"),
        [
            ((15, 19), (17, 19), (DAY, DAY + 1)),
            ((15, 19, 0, 1), (17, 19, 0, 1), (DAY + 1, DAY + 2)),
            ((15, 5), (15, 19, 1), (DAY,)),
            ((15, 20), (16, 8), ()),
            ((15, 20), (16, 18), ()),
        ],
    )
    def test_list_the_evenings_from_a_time_up_to_a_deadline(self, earliest, deadline, days):
        evenings = LAGOS.evenings(Instant.from_utc(2026, 4, *earliest), Instant.from_utc(2026, 4, *deadline))
        assert tuple(evenings) == days

    def test_know_their_date(self):
        assert (LAGOS.day_of_month(DAY), LAGOS.weekday(DAY)) == (15, 2)
