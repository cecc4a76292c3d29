import pytest
from whenever import Instant, TimeDelta

from duro.billing import Cadence, Interval
from duro.billing.recovery import DunningSettings, Rail
from duro.kernel import InvalidInputError

OPENED = Instant.from_utc(2026, 4, 15, 10)


class TestDunningSettings:
    @pytest.mark.parametrize(
        ("interval", "days"),
        [
            (Interval.HOUR, 7),
            (Interval.DAY, 7),
            (Interval.WEEK, 35),
            (Interval.MONTH, 35),
            (Interval.QUARTER, 35),
            (Interval.BIANNUAL, 35),
            (Interval.YEAR, 35),
        ],
    )
    def test_give_a_case_35_days_or_7_where_bills_come_by_the_hour_or_day(self, interval, days):
        assert DunningSettings().deadline(Cadence(interval), OPENED) == OPENED + TimeDelta(hours=24 * days)

    def test_never_stretch_a_short_deadline(self):
        settings = DunningSettings(deadline_days=3)
        assert settings.deadline(Cadence(Interval.DAY), OPENED) == OPENED + TimeDelta(hours=72)

    @pytest.mark.parametrize(
        ("wrong", "paths"),
        [
            ({"max_tries": 0}, ["maxTries"]),
            ({"max_tries": 11, "deadline_days": 61}, ["maxTries", "deadlineDays"]),
            ({"deadline_days": 0}, ["deadlineDays"]),
            ({"rails": (Rail.USSD, Rail.USSD)}, ["rails"]),
            ({"rails": (Rail.CARD,)}, ["rails"]),
        ],
    )
    def test_name_every_fault_at_once(self, wrong, paths):
        with pytest.raises(InvalidInputError) as raised:
            DunningSettings(**wrong)
        assert [fault.path for fault in raised.value.faults] == paths
