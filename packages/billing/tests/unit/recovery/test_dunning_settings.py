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


class TestTheLastCall:
    @pytest.mark.parametrize(("days", "comes_after"), [(35, 32 * 24), (7, 4 * 24), (6, 3 * 24), (2, 24), (0, 0)])
    def test_comes_three_days_before_the_end_or_halfway_there(self, days, comes_after):
        deadline_at = OPENED + TimeDelta(hours=24 * days)
        assert DunningSettings().last_call(OPENED, deadline_at) == OPENED + TimeDelta(hours=comes_after)

    def test_is_at_a_whole_microsecond(self):
        call = DunningSettings().last_call(OPENED, OPENED + TimeDelta(microseconds=3))
        assert call == OPENED + TimeDelta(microseconds=2)

    def test_is_left_out_where_nobody_wants_it(self):
        assert DunningSettings(last_reminder=None).last_call(OPENED, OPENED + TimeDelta(hours=24)) is None

    def test_is_the_last_of_the_reminders(self):
        settings = DunningSettings(reminders=(TimeDelta(hours=48), TimeDelta(hours=24)))
        call = OPENED + TimeDelta(hours=72)
        assert settings.reminders_of(OPENED, last_call=call) == (
            OPENED + TimeDelta(hours=24),
            OPENED + TimeDelta(hours=48),
            call,
        )

    @pytest.mark.parametrize("call", [None, OPENED], ids=["never", "over"])
    def test_is_no_reminder_of_what_was_asked_since(self, call):
        settings = DunningSettings(reminders=(TimeDelta(hours=24),))
        assert settings.reminders_of(OPENED, last_call=call) == (OPENED + TimeDelta(hours=24),)
