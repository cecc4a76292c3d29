from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, final

from whenever import Instant

from duro.kernel import Money
from duro.payments.bank_accounts import BankAccount
from duro.payments.charges import NotFound, Unknown
from duro.payments.refusals import Refused


class MandateStatus(StrEnum):
    """How a payer's approval stands: only an active one can be debited, and only when its set-up is over.

    pending: the payer hasn't made the activation transfer. revoked: the payer or we ended it. rejected: the bank did.
    """

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"
    REJECTED = "rejected"


@final
@dataclass(frozen=True, slots=True)
class MandateOrder:
    """An order to have a payer approve debits of one bank account, each up to a ceiling."""

    reference: str
    customer_name: str
    customer_email: str
    account_number: str = field(repr=False)
    bank_code: str
    ceiling: Money


@final
@dataclass(frozen=True, slots=True)
class MandateActivation:
    """The small transfer, from the very account to be debited, by which a payer approves."""

    account: BankAccount
    amount: Money


@final
@dataclass(frozen=True, slots=True)
class MandateStanding:
    """A mandate as its provider knows it; its token is charged like a card's, at the charge gateway.

    The activation says what the payer has to do, while it is pending.
    """

    reference: str
    token: str = field(repr=False)
    status: MandateStatus
    ceiling: Money
    last4: str
    activation: MandateActivation | None
    activated_at: Instant | None


MandateResult: TypeAlias = MandateStanding | Refused | Unknown
MandateLookup: TypeAlias = MandateStanding | NotFound | Unknown
