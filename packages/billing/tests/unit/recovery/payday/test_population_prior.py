import pytest

from duro.billing.recovery import PopulationPrior
from duro.billing.recovery.payday.rhythms import Rhythms

LASTS = len(PopulationPrior().lasts)


class TestPopulationPrior:
    def test_adds_up_to_one(self):
        odds = PopulationPrior().odds()
        assert sum(odds) == pytest.approx(1)
        assert len(odds) == Rhythms.COUNT * LASTS + len(PopulationPrior().irregular)

    def test_peaks_where_paydays_are_said_to_be_and_rules_out_no_day(self):
        odds = PopulationPrior().odds()
        by_day = [sum(odds[LASTS * n : LASTS * (n + 1)]) for n in range(Rhythms.MONTHLY)]
        assert by_day.index(max(by_day)) == 25 - 1
        assert min(by_day[24:28]) > by_day[14] > by_day[9] > 0

    @pytest.mark.parametrize("wrong", [{"month_end": 90}, {"any_day": 0}])
    def test_leaves_a_chance_to_everything(self, wrong):
        with pytest.raises(ValueError, match="chance"):
            PopulationPrior(**wrong)
