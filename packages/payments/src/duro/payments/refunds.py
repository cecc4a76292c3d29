from dataclasses import dataclass
from typing import TypeAlias, final

from duro.kernel import Money
from duro.payments.charges import NotFound, Unknown


@final
@dataclass(frozen=True, slots=True)
class RefundRequest:
    """An order to give back part or all of one charge, once, under a reference of its own."""

    reference: str
    charge_reference: str
    amount: Money


@final
@dataclass(frozen=True, slots=True)
class Refunded:
    """The provider gave the money back: this much, in this currency, under this refund reference."""

    reference: str
    amount: Money


@final
@dataclass(frozen=True, slots=True)
class RefundRefused:
    """The provider will not give this money back, and nothing moved under this refund reference."""

    code: str
    message: str


RefundResult: TypeAlias = Refunded | RefundRefused | Unknown
RefundLookup: TypeAlias = Refunded | RefundRefused | NotFound | Unknown
