from dataclasses import dataclass, field
from typing import TypeAlias, final

from whenever import Instant

from duro.payments.charges import Unknown


@final
@dataclass(frozen=True, slots=True)
class CardDetails:
    """What is printed on a card; it is held only long enough to be turned into a token, and never shown."""

    number: str = field(repr=False)
    exp_month: int
    exp_year: int
    cvc: str = field(repr=False)

    def has_expired(self, at: Instant) -> bool:
        """Say whether the expiry month is over, in UTC; the year has four digits."""
        today = at.to_fixed_offset().date()
        return (self.exp_year, self.exp_month) < (today.year, today.month)


@final
@dataclass(frozen=True, slots=True)
class Tokenized:
    """A card as the provider keeps it: a token to charge, and the little that may be shown of it.

    The fingerprint is the same wherever and however often the same card is kept; not every provider gives one.
    """

    token: str = field(repr=False)
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None = field(default=None, repr=False)


@final
@dataclass(frozen=True, slots=True)
class CardRefused:
    """The provider will not keep this card."""

    code: str
    message: str


TokenizeResult: TypeAlias = Tokenized | CardRefused | Unknown
