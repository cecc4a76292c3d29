"""How a payer's matter can stand: closed, on its way, owing, or just a card to be changed."""

from dataclasses import dataclass
from typing import TypeAlias, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.db.push_rows import PaymentRequest
from duro.db.records import PaymentAttempt, PaymentMethod
from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class Paid:
    """The invoice is paid."""

    total: Money
    at: Instant | None


@final
@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The merchant has taken the invoice back: nobody has to pay it."""


@final
@dataclass(frozen=True, slots=True)
class Ended:
    """The subscription has ended, and nothing is collected for it any more."""


@final
@dataclass(frozen=True, slots=True)
class Suspended:
    """The merchant takes no payments at the moment."""


@final
@dataclass(frozen=True, slots=True)
class InFlight:
    """A charge has no known end yet: nothing else may be charged meanwhile."""

    attempt: PaymentAttempt


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """Money is still owed, and this is what the payer can do about it now.

    `saved` is what they have saved if it may be charged, `rails` are those they can push money by, `requests` those
    that wait for it already. `why` says why the last charge failed, in words for them.
    """

    owed: Money
    paid: Money
    why: str
    saved: PaymentMethod | None
    takes_cards: bool
    rails: tuple[Rail, ...]
    requests: tuple[PaymentRequest, ...]
    next_attempt_at: Instant | None
    is_spent: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Changeable:
    """The way to pay can be changed; where money is owed, a new card is charged for it at once."""

    saved: PaymentMethod | None
    takes_cards: bool
    owed: Money | None
    why: str
    is_spent: bool = False


PayerStanding: TypeAlias = Paid | Withdrawn | Ended | Suspended | InFlight | Owing | Changeable
