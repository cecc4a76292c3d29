from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class PendingLine:
    """An amount that waits for the next invoice of a subscription: a charge, or a credit when it is negative."""

    description: str
    amount: Money

    @property
    def is_credit(self) -> bool:
        return self.amount.amount < 0

    @classmethod
    def credit_in(cls, lines: Iterable["PendingLine"], nothing: Money) -> Money:
        """Return what is left of the lines when no invoice will come: charges lapse, credits are kept."""
        return sum((-line.amount for line in lines if line.is_credit), nothing)
