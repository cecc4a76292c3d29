from math import exp, log
from typing import Final, final

from duro.billing.recovery.payday.irregular_income import IrregularIncome
from duro.billing.recovery.payday.particle_weights import ParticleWeights
from duro.billing.recovery.payday.payday_bank import PaydayBank
from duro.billing.recovery.payday.payday_profile import PaydayProfile

_LATE: Final = ((0, 0.80), (2, 0.16), (9, 0.04))
_PARTS: Final = 10
_LONGEST_WAIT: Final = 120
_LONGEST_AGE: Final = 40
_BYTE: Final = 8


@final
class PaydayOutlook:
    """The ways in which a payer's next weeks may go, with the days on which money is there in each.

    Every hypothesis with a rhythm goes three ways, its pay on time, some days late or more than a week. Money without a
    rhythm comes ten ways, sooner and later after the account was empty. What is worked out for a day is kept.
    """

    def __init__(self, bank: PaydayBank | None = None) -> None:
        self.bank = PaydayBank() if bank is None else bank
        shares = (*(share for _, share in _LATE), 1 / _PARTS)
        top, step = PaydayBank.TOP, PaydayBank.STEP
        self._tables = [bytes(round(top * share * exp(step * (b - top))) for b in range(256)) for share in shares]
        self._lanes = [
            sum(1 << (_BYTE * place) for place, lasts in enumerate(self.bank.lasts) if age < lasts)
            for age in range(_LONGEST_AGE)
        ]
        self._starts = _BYTE * self.bank.regular * len(_LATE)
        self._waits = [self._irregular(waited) for waited in range(_LONGEST_WAIT)]
        self._whenever = self._irregular(None)
        self._days: dict[int, int] = {}

    def weights(self, profile: PaydayProfile) -> ParticleWeights:
        """Return how likely each of the ways is."""
        weights, regular = self.bank.weights(profile), self.bank.regular
        parts = b"".join(weights[:regular].translate(table) for table in self._tables[:-1])
        each = weights[regular:].translate(self._tables[-1])
        return ParticleWeights.of(parts + b"".join(bytes((weight,)) * _PARTS for weight in each))

    def regular(self, day: int) -> int:
        """Return the mask of the ways with a rhythm in which money is there on a day."""
        found = self._days.get(day)
        if found is None:
            width, found, place = _BYTE * len(self.bank.lasts), 0, 0
            for late, _ in _LATE:
                for age in self.bank.ages(day - late):
                    found |= self._lanes[age] << place
                    place += width
            self._days[day] = found
        return found

    def there(self, day: int, *, empty_on: int | None) -> int:
        """Return the mask of all ways in which money is there on a day, the account having been empty on another.

        Nobody knows of it as empty, if there is no such day: money without a rhythm counts as there.
        """
        if empty_on is None:
            return self.regular(day) | self._whenever
        return self.regular(day) | self._waits[min(max(day - empty_on, 0), _LONGEST_WAIT - 1)]

    def _irregular(self, waited: int | None) -> int:
        found, place = 0, self._starts
        for income in self.bank.irregular:
            for part in range(_PARTS):
                if waited is None or self._is_there(income, part, waited):
                    found |= 1 << place
                place += _BYTE
        return found

    @staticmethod
    def _is_there(income: IrregularIncome, part: int, waited: int) -> bool:
        """Say whether money that comes after the wait of a part of all payers is there after so many days."""
        starts = 1 + int(-log(1 - (part + 0.5) / _PARTS) * income.wait_days)
        return starts <= waited < starts + income.lasts_days
