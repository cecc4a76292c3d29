from dataclasses import dataclass, field
from typing import TypeAlias, final

from duro.kernel import Currency
from duro.payments.bank_accounts import BankAccount
from duro.payments.charges import NotFound, Unknown
from duro.payments.payment_requests import Arrival
from duro.payments.refusals import Refused


@final
@dataclass(frozen=True, slots=True)
class VirtualAccountOrder:
    """An order to give one customer an account number of their own, for good."""

    reference: str
    currency: Currency
    customer_name: str
    customer_email: str
    phone: str | None = field(default=None, repr=False)


@final
@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A customer's own account number; money may come to it at any time, and names nothing but that number."""

    reference: str
    currency: Currency
    account: BankAccount


@final
@dataclass(frozen=True, slots=True)
class AccountStanding:
    """A customer's account and some of what came to it, oldest first; with more, ask again since the last of these."""

    account: AccountOpened
    arrivals: tuple[Arrival, ...]
    has_more: bool


AccountResult: TypeAlias = AccountOpened | Refused | Unknown
AccountLookup: TypeAlias = AccountStanding | NotFound | Unknown
