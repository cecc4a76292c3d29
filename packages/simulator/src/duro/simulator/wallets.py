from dataclasses import dataclass
from typing import Final, final

import numpy as np

from duro.simulator.arrays import Floats, Ints
from duro.simulator.draws import Draws
from duro.simulator.incomes import Incomes
from duro.simulator.timeline import Timeline

_RENT_DAYS_AFTER_PAY: Final = 5


@final
@dataclass(frozen=True, slots=True)
class Wallets:
    """Every payer's hidden balance, in minor units: at midnight, what comes in that day, and what is spent over it.

    A subscription's own charge doesn't lower it, so that the list of failures is the same for every policy.
    """

    midnight: Ints
    income: Ints
    spent: Ints
    arrival: Ints

    @classmethod
    def live(cls, incomes: Incomes, *, draws: Draws, stream: np.random.Generator) -> "Wallets":
        """Spend a share of the balance every day, more on some, and on some months lose a part soon after a payday."""
        payers, days = incomes.shape
        half = draws["days_to_half"] * stream.lognormal(0.0, draws["days_to_half_spread"], size=payers)
        keeps = np.exp2(-1.0 / half)
        rent = cls._rents(incomes, draws, stream)
        midnight, spent = np.empty((payers, days)), np.empty((payers, days))
        balance = incomes.monthly * stream.uniform(0.05, 0.5, size=payers)
        for day in range(days):
            midnight[:, day] = balance
            pool = balance + incomes.daily[:, day]
            share = 1.0 - keeps ** stream.gamma(2.0, 0.5, size=payers) * (1.0 - rent[:, day])
            spent[:, day] = pool * share
            balance = pool - spent[:, day]
        return cls(
            midnight.astype(np.int64), incomes.daily.astype(np.int64), spent.astype(np.int64), incomes.arrival.copy()
        )

    @staticmethod
    def _rents(incomes: Incomes, draws: Draws, stream: np.random.Generator) -> Floats:
        payers, days = incomes.shape
        rent = np.zeros((payers, days))
        pays_rent = stream.random(payers) < draws["rent_chance"]
        who, when = np.nonzero(incomes.daily > 0.4 * incomes.monthly[:, None])
        day = when + stream.integers(1, _RENT_DAYS_AFTER_PAY + 1, size=len(when))
        keep = pays_rent[who] & (day < days)
        rent[who[keep], day[keep]] = draws["rent_share"]
        return rent

    def balance(self, payer: Ints, slot: Ints) -> Ints:
        """Return what is there in that slot: spending is even over the day, and never of money that is yet to come."""
        day, part = slot // Timeline.DAY, slot % Timeline.DAY
        has_come = part >= self.arrival[payer]
        held = self.midnight[payer, day] + self.income[payer, day] * has_come
        return np.maximum(held - self.spent[payer, day] * part // Timeline.DAY, 0)
