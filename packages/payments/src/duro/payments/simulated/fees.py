import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, final

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money

_WHOLE: Final = 10_000


@final
@dataclass(frozen=True, slots=True)
class SimulatedFee:
    """A price of one rail: a share of the amount, with a part that stays the same from some amount on, up to a most."""

    basis_points: int
    flat: Money
    flat_from: Money
    most: Money

    def kept_of(self, amount: Money) -> Money:
        """Return what is kept, the share rounded half up to the minor unit."""
        share = Money((2 * amount.amount * self.basis_points + _WHOLE) // (2 * _WHOLE), amount.currency)
        return min(share if amount < self.flat_from else share + self.flat, self.most)


@final
class SimulatedFees:
    """What the simulated provider keeps of what it takes; the table is data, with the source and date of every row.

    Of money in a currency that has no price it doesn't say what it kept. What is given back returns no fee.
    """

    def __init__(self, prices: Mapping[tuple[Rail, Currency], SimulatedFee]) -> None:
        self._prices = prices

    @classmethod
    @cache
    def bundled(cls) -> "SimulatedFees":
        """Read the table that comes with this package."""
        with files("duro.payments").joinpath("simulated", "fees.csv").open(encoding="utf-8") as table:
            return cls({cls._key(row): cls._price(row) for row in csv.DictReader(table)})

    def kept_of(self, amount: Money, rail: Rail) -> Money | None:
        price = self._prices.get((rail, amount.currency))
        return None if price is None else price.kept_of(amount)

    @staticmethod
    def _key(row: Mapping[str, str]) -> tuple[Rail, Currency]:
        return Rail(row["rail"]), Currency(row["currency"])

    @staticmethod
    def _price(row: Mapping[str, str]) -> SimulatedFee:
        currency = Currency(row["currency"])
        return SimulatedFee(
            basis_points=int(row["basis_points"]),
            flat=Money(int(row["flat"]), currency),
            flat_from=Money(int(row["flat_from"]), currency),
            most=Money(int(row["most"]), currency),
        )
