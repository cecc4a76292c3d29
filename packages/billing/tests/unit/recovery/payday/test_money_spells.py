import pytest

from duro.billing.recovery.payday.irregular_income import IrregularIncome
from duro.billing.recovery.payday.money_spells import MoneySpells

SPELLS = MoneySpells()


def _chance(age, *, lasts=7, cycle=30, last=None):
    return SPELLS.chance(age, lasts=lasts, cycle=cycle, last=last)


class TestMoneySpells:
    def test_end_after_a_while(self):
        chances = [_chance(age) for age in range(3, 30)]
        assert chances == sorted(chances, reverse=True)
        assert _chance(3) > 4 * _chance(12)

    def test_last_as_long_as_they_last(self):
        assert _chance(10, lasts=28) > 8 * _chance(10, lasts=1)

    def test_begin_late_at_times(self):
        assert _chance(0) < _chance(3)
        assert _chance(2, last=(1, False)) > 0.1

    def test_leave_an_account_empty_that_was_empty_since_the_payday(self):
        assert 3 * _chance(6, last=(4, False)) < _chance(6)

    def test_go_on_where_money_was_seen_since_the_payday(self):
        assert _chance(7, last=(6, True)) > _chance(7)

    @pytest.mark.parametrize("last", [None, (3, True), (3, False)])
    def test_never_rule_anything_out(self, last):
        assert all(0.02 < _chance(age, lasts=1, last=last) < 0.98 for age in range(3, 33))


class TestIrregularIncome:
    INCOME = IrregularIncome(10, 5)

    def test_is_there_for_its_share_of_time(self):
        assert self.INCOME.chance(0, was_money=None) == pytest.approx(1 / 3)

    def test_forgets_what_was_seen(self):
        after_empty = [self.INCOME.chance(gap, was_money=False) for gap in range(40)]
        after_money = [self.INCOME.chance(gap, was_money=True) for gap in range(40)]
        assert after_empty == sorted(after_empty)
        assert after_money == sorted(after_money, reverse=True)
        assert after_empty[-1] == pytest.approx(after_money[-1], abs=0.001)
