from dataclasses import dataclass
from typing import final

from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One thing an invoice asks money for."""

    description: str
    quantity: int
    unit_amount: Money
    amount: Money

    def __post_init__(self) -> None:
        if self.amount != self.unit_amount.times(self.quantity):
            message = "A line's amount is its quantity times its unit amount."
            raise ValueError(message)


@final
@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """What an invoice will ask for: total = subtotal - discount - credit applied, and never less than nothing."""

    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    discount: Money
    credit_applied: Money
    total: Money

    def __post_init__(self) -> None:
        nothing = Money.zero(self.total.currency)
        if self.subtotal != sum((line.amount for line in self.lines), nothing):
            message = "A subtotal is the sum of the lines."
            raise ValueError(message)
        if self.total != self.subtotal - self.discount - self.credit_applied:
            message = "A total is the subtotal less discount and credit."
            raise ValueError(message)
        if self.discount < nothing or self.credit_applied < nothing or self.total < nothing:
            message = "An invoice never asks for less than nothing."
            raise ValueError(message)
