from dataclasses import dataclass, field
from typing import TypeAlias, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Money
from duro.payments.bank_accounts import BankAccount
from duro.payments.charges import NotFound, Unknown
from duro.payments.refusals import Refused


@final
@dataclass(frozen=True, slots=True)
class PaymentRequestOrder:
    """An order to ask a payer for money by a push rail, under a reference that is never used for anything else.

    Without an end the provider sets one where its rail needs one.
    """

    reference: str
    amount: Money
    rail: Rail
    customer_email: str
    phone: str | None = field(default=None, repr=False)
    expires_at: Instant | None = None


@final
@dataclass(frozen=True, slots=True)
class UssdCode:
    """What a payer dials to pay from their bank account."""

    code: str


Instructions: TypeAlias = BankAccount | UssdCode


@final
@dataclass(frozen=True, slots=True)
class Opened:
    """A request that waits for the payer's money, with what the payer is to do; the amount is the first order's."""

    reference: str
    amount: Money
    rail: Rail
    instructions: Instructions
    expires_at: Instant | None


@final
@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that a payer sent, as the provider knows it: its own reference tells two arrivals apart.

    The fee is what the provider kept of it; None if it doesn't say.
    """

    provider_reference: str
    amount: Money
    rail: Rail
    arrived_at: Instant
    fee: Money | None = None


@final
@dataclass(frozen=True, slots=True)
class RequestStanding:
    """A request and all the money that came for it so far, first come first; none, less, more or twice what was asked.

    Money may still come after the request was closed or its end has passed.
    """

    request: Opened
    is_closed: bool
    arrivals: tuple[Arrival, ...]


RequestResult: TypeAlias = Opened | Refused | Unknown
RequestLookup: TypeAlias = RequestStanding | NotFound | Unknown
