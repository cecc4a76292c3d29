from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from duro.billing.pending_line import PendingLine
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

    @classmethod
    def single(cls, description: str, amount: Money) -> "InvoiceLine":
        """Write a line of quantity one; a negative amount gives back."""
        return cls(description, 1, amount, amount)


@final
@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """What an invoice will ask for: total = subtotal - discount - credit applied, and never less than nothing.

    Credit granted is what its lines give back beyond what they ask for. It goes to the credit balance, and a line says
    so; such an invoice has a total of nothing.
    """

    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    discount: Money
    credit_applied: Money
    total: Money
    credit_granted: Money

    def __post_init__(self) -> None:
        nothing = Money.zero(self.total.currency)
        if self.subtotal != sum((line.amount for line in self.lines), nothing):
            message = "A subtotal is the sum of the lines."
            raise ValueError(message)
        if self.total != self.subtotal - self.discount - self.credit_applied:
            message = "A total is the subtotal less discount and credit."
            raise ValueError(message)
        if min(self.discount, self.credit_applied, self.total, self.credit_granted) < nothing:
            message = "An invoice never asks for less than nothing."
            raise ValueError(message)
        if nothing < self.credit_granted and nothing < max(self.total, self.credit_applied):
            message = "An invoice that gives credit asks for nothing and takes none."
            raise ValueError(message)

    def carried(self, minimum: Money) -> tuple["InvoiceDraft", PendingLine | None]:
        """Carry a total that is too small to charge over to the next invoice; a line says so."""
        if self.total.is_zero or minimum <= self.total:
            return self, None
        line = InvoiceLine.single("Carried to the next invoice", -self.total)
        nothing = Money.zero(self.total.currency)
        draft = replace(self, lines=(*self.lines, line), subtotal=self.subtotal - self.total, total=nothing)
        return draft, PendingLine("Carried from the last invoice", self.total)

    @classmethod
    def netted(cls, lines: Sequence[InvoiceLine], *, discount: Money, balance: Money) -> "InvoiceDraft":
        """Net lines of either sign, then take credit from the balance; what is left over goes to the balance."""
        nothing = Money.zero(balance.currency)
        owed = sum((line.amount for line in lines), nothing) - discount
        granted = max(-owed, nothing)
        rest = () if granted.is_zero else (InvoiceLine.single("Added to the credit balance", granted),)
        credit = min(balance, owed + granted)
        return cls(
            lines=(*lines, *rest),
            subtotal=owed + granted + discount,
            discount=discount,
            credit_applied=credit,
            total=owed + granted - credit,
            credit_granted=granted,
        )
