from dataclasses import dataclass
from fractions import Fraction
from typing import final

from duro.billing.share import Share
from duro.kernel import Fault, InvalidInputError, Money


@final
@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A net amount and the tax on top of it."""

    net: Money
    tax: Money

    @property
    def total(self) -> Money:
        return self.net + self.tax


@final
@dataclass(frozen=True, slots=True)
class TaxRate:
    """The part of a net amount that comes on top of it as tax, such as 0.075 of it."""

    rate: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise InvalidInputError([Fault("taxRate", "must be from 0 to 1")])

    def on(self, net: Money) -> TaxedAmount:
        """Tax a net amount once, rounded half-up; a credit is taxed as the charge it takes back was."""
        return TaxedAmount(net, Share(self.rate).of(net))
