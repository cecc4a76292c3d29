from dataclasses import replace

from whenever import Instant, TimeDelta

from duro.billing import Zone
from duro.billing.recovery import PaydayBank, PaydayProfile, PopulationPrior, Sighting

LAGOS = Zone("Africa/Lagos")
LASTS = len(PopulationPrior().lasts)
START = Instant.from_utc(2026, 1, 2, 19)


def _day(weights: bytes) -> int:
    """Return the day of the month on which most weight lies, 1 to 31, beyond them the weekdays."""
    odds = [sum(2.72 ** (level / 20) for level in weights[LASTS * n : LASTS * (n + 1)]) for n in range(38)]
    return odds.index(max(odds)) + 1


class TestPaydayBank:
    def test_believes_of_a_stranger_what_it_believes_of_everybody(self, bank):
        assert bank.weights(PaydayProfile()) == bank.prior
        assert len(bank.prior) == bank.regular + len(bank.irregular)
        assert max(bank.prior) == 255

    def test_learns_a_day_of_the_month_that_nobody_expects(self, bank, profile):
        months = range(1, 8)
        known = profile(
            money=[(2026, m, 13) for m in months], empty=[(2026, m, d) for m in months for d in (9, 11, 20)]
        )
        assert _day(bank.weights(known)) in {12, 13}
        assert _day(bank.prior) == 25

    def test_learns_a_weekday(self, bank, profile):
        wednesdays = [START + TimeDelta(hours=24 * (5 + 7 * week)) for week in range(10)]
        sights = [Sighting(at, is_money=True) for at in wednesdays]
        sights += [Sighting(at - TimeDelta(hours=24), is_money=False) for at in wednesdays]
        known = bank.rebuilt(sights, zone=LAGOS, until=wednesdays[-1])
        assert _day(bank.weights(known)) == 31 + 3

    def test_is_told_less_by_an_account_that_stays_empty_than_by_one_that_is_empty_on_paydays(self, bank, profile):
        stays = profile(empty=[(2026, 4, 10), (2026, 4, 11), (2026, 4, 12)])
        misses = profile(empty=[(2026, 4, 10), (2026, 4, 24), (2026, 5, 25)])
        places = [(25 - 1) * LASTS + lasts for lasts in range(LASTS)]
        assert sum(stays.weights[place] for place in places) > sum(misses.weights[place] for place in places)

    def test_takes_what_became_known_late_for_what_it_is(self, bank, profile):
        late = bank.seen(
            profile(money=[(2026, 4, 25)]), Sighting(Instant.from_utc(2026, 4, 1, 19), is_money=False), zone=LAGOS
        )
        assert [sight & 1 for sight in late.sights] == [0, 1]
        assert late.weights != profile(money=[(2026, 4, 25)]).weights

    def test_forgets_a_little_with_every_month(self, bank, profile):
        known = profile(money=[(2026, m, 13) for m in range(1, 7)], empty=[(2026, m, 9) for m in range(1, 7)])
        sighting = Sighting(Instant.from_utc(2026, 7, 13, 19), is_money=True)
        soon = bank.seen(known, sighting, zone=LAGOS)
        years_on = bank.seen(known, replace(sighting, at=Instant.from_utc(2031, 1, 13, 19)), zone=LAGOS)
        assert self._distance(bank, years_on) < self._distance(bank, soon) / 2

    def test_knows_a_zone(self, bank):
        sighting = Sighting(Instant.from_utc(2026, 4, 15, 2), is_money=True)
        here = bank.seen(PaydayProfile(), sighting, zone=LAGOS)
        there = bank.seen(PaydayProfile(), sighting, zone=Zone("Asia/Tokyo"))
        assert there.last_day == here.last_day + 1

    def test_makes_other_banks_of_other_beliefs(self):
        assert PaydayBank(PopulationPrior(month_end=20, middle=30)).prior != PaydayBank().prior

    @staticmethod
    def _distance(bank, profile) -> int:
        return sum(abs(own - prior) for own, prior in zip(profile.weights, bank.prior, strict=True))
