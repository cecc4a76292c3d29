from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias, final

from duro.billing.share import Share
from duro.kernel import Fault, InvalidInputError, Money

_BASIS_POINTS: Final = 10_000


@final
@dataclass(frozen=True, slots=True)
class FixedDiscount:
    """An amount off a whole period, at most what it costs."""

    amount: Money

    def __post_init__(self) -> None:
        if self.amount.amount < 0:
            raise InvalidInputError([Fault("amountOff", "must not be negative")])

    def off(self, price: Money) -> Money:
        """Return what it takes off the price of a whole period."""
        return min(self.amount, price)


@final
@dataclass(frozen=True, slots=True)
class PercentageDiscount:
    """A part of the price off, in basis points: 2,500 is a quarter."""

    basis_points: int

    def __post_init__(self) -> None:
        if not 0 <= self.basis_points <= _BASIS_POINTS:
            raise InvalidInputError([Fault("percentOff", "must be from 0 to 100")])

    def off(self, price: Money) -> Money:
        """Return what it takes off the price of a whole period, rounded half-up."""
        return Share(Fraction(self.basis_points, _BASIS_POINTS)).of(price)


Discount: TypeAlias = FixedDiscount | PercentageDiscount
