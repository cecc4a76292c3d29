import pytest

from duro.billing import Cadence, Interval
from duro.kernel import InvalidInputError


class TestACadence:
    @pytest.mark.parametrize(
        ("interval", "months", "days", "hours"),
        [
            (Interval.HOUR, 0, 0, 3),
            (Interval.DAY, 0, 3, 0),
            (Interval.WEEK, 0, 21, 0),
            (Interval.MONTH, 3, 0, 0),
            (Interval.QUARTER, 9, 0, 0),
            (Interval.BIANNUAL, 18, 0, 0),
            (Interval.YEAR, 36, 0, 0),
        ],
    )
    def test_counts_in_one_unit(self, interval, months, days, hours):
        cadence = Cadence(interval, 3)
        assert (cadence.months, cadence.days, cadence.hours) == (months, days, hours)

    def test_knows_seven_intervals_by_the_words_of_the_wire(self):
        assert [str(interval) for interval in Interval] == [
            "hour",
            "day",
            "week",
            "month",
            "quarter",
            "biannual",
            "year",
        ]

    @pytest.mark.parametrize("count", [0, -1, 1_001])
    def test_refuses_a_count_outside_1_to_1000(self, count):
        with pytest.raises(InvalidInputError) as refused:
            Cadence(Interval.MONTH, count)
        assert [fault.path for fault in refused.value.faults] == ["intervalCount"]

    @pytest.mark.parametrize("count", [1, 1_000])
    def test_takes_the_first_and_the_last_count(self, count):
        assert Cadence(Interval.YEAR, count).months == 12 * count

    def test_reads_as_a_sentence(self):
        assert str(Cadence(Interval.MONTH)) == "every month"
        assert str(Cadence(Interval.WEEK, 2)) == "every 2 weeks"
