from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from math import log
from operator import add, mul
from typing import Final, TypeAlias, final

from whenever import Instant

from duro.billing.recovery.payday.local_days import LocalDays
from duro.billing.recovery.payday.money_spells import MoneySpells
from duro.billing.recovery.payday.payday_profile import PaydayProfile
from duro.billing.recovery.payday.population_prior import PopulationPrior
from duro.billing.recovery.payday.rhythms import Rhythms
from duro.billing.recovery.payday.sighting import Sighting
from duro.billing.zone import Zone

_Key: TypeAlias = tuple[bool, int, int, int, int]

_LONG_AGO: Final = 60
_MONTH: Final = 30
_WEEK: Final = 7
_KEPT_A_MONTH: Final = 0.92


@final
class PaydayBank:
    """The hypotheses about when money is in a payer's account, and how each sight of it changes their weights.

    A hypothesis is a rhythm of pay with how long money lasts, or money that comes on any day. A profile holds one byte
    for each: its odds in steps of a twentieth of a natural logarithm below the likeliest's 255. Whatever is worked out
    once, for a day or an age, is kept: it depends on the calendar alone and on no payer.
    """

    STEP: Final = 0.05
    TOP: Final = 255

    def __init__(
        self, prior: PopulationPrior | None = None, spells: MoneySpells | None = None, rhythms: Rhythms | None = None
    ) -> None:
        believed = PopulationPrior() if prior is None else prior
        self._spells = MoneySpells() if spells is None else spells
        self._rhythms = Rhythms() if rhythms is None else rhythms
        self.lasts = tuple(believed.lasts)
        self.irregular = believed.irregular
        self.prior = self._levelled([log(odds) / self.STEP for odds in believed.odds()])
        self._forgotten = [level * (1 - _KEPT_A_MONTH) for level in self.prior]
        self._ages: dict[int, tuple[int, ...]] = {}
        self._says: dict[_Key, tuple[int, ...]] = {}

    @property
    def regular(self) -> int:
        """Return how many of the hypotheses have a rhythm; they come first."""
        return Rhythms.COUNT * len(self.lasts)

    def weights(self, profile: PaydayProfile) -> bytes:
        """Return what is believed of a payer: without any sight of them, what is believed of everybody."""
        return profile.weights or self.prior

    def ages(self, day: int) -> tuple[int, ...]:
        """Return how many days before that day each rhythm's last payday was."""
        found = self._ages.get(day)
        if found is None:
            found = self._ages[day] = self._rhythms.ages(day)
        return found

    def seen(self, profile: PaydayProfile, sighting: Sighting, *, zone: Zone) -> PaydayProfile:
        """Return the profile after one more sight, in the order in which they became known.

        What was seen before the last one changes the weights as if nothing was known of the days around it. Every
        month that goes by brings the weights a little nearer to what is believed of everybody.
        """
        day, last = LocalDays(zone).of(sighting.at), profile.last_day
        if last is None or day < last:
            said = self._said(day, is_money=sighting.is_money, was=-1, gap=0)
        else:
            gap = min(day - last, _LONG_AGO)
            said = self._said(day, is_money=sighting.is_money, was=int(profile.is_last_money), gap=gap)
        levels: Sequence[float] = self.weights(profile)
        months = 0 if last is None else day // _MONTH - last // _MONTH
        for _ in range(min(months, _LONG_AGO)):
            levels = list(map(add, map(mul, levels, repeat(_KEPT_A_MONTH)), self._forgotten))
        return profile.noting(day, self._levelled(list(map(add, levels, said))), is_money=sighting.is_money)

    def rebuilt(self, sightings: Iterable[Sighting], *, zone: Zone, until: Instant) -> PaydayProfile:
        """Return the profile that follows from what was seen by then, in order of time; what came later is left out."""
        profile = PaydayProfile()
        for sighting in sorted((one for one in sightings if one.at <= until), key=lambda one: one.at):
            profile = self.seen(profile, sighting, zone=zone)
        return profile

    def _said(self, day: int, *, is_money: bool, was: int, gap: int) -> list[int]:
        """Return what a sight says of each hypothesis, in steps.

        The last sight counts where no payday came between: `was` is 1 for money, 0 for none and -1 if it isn't known.
        """
        keys: list[_Key] = []
        cycle = _MONTH
        for rhythm, age in enumerate(self.ages(day)):
            if rhythm == Rhythms.MONTHLY:
                cycle = _WEEK
            is_same_cycle = was >= 0 and age >= gap
            keys.append((is_money, cycle, age, age - gap if is_same_cycle else 0, was if is_same_cycle else -1))
        keys.append((is_money, 0, gap, 0, was))
        says = self._says
        return list(chain.from_iterable(says.get(key) or self._learn(key) for key in keys))

    def _learn(self, key: _Key) -> tuple[int, ...]:
        is_money, cycle, age, before, was = key
        if cycle:
            last = None if was < 0 else (before, bool(was))
            chances = [self._spells.chance(age, lasts=lasts, cycle=cycle, last=last) for lasts in self.lasts]
        else:
            chances = [income.chance(age, was_money=None if was < 0 else bool(was)) for income in self.irregular]
        found = tuple(round(log(chance if is_money else 1 - chance) / self.STEP) for chance in chances)
        self._says[key] = found
        return found

    def _levelled(self, levels: Sequence[float]) -> bytes:
        lift = self.TOP - max(levels)
        return bytes([max(0, round(level + lift)) for level in levels])
