from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency, Money
from duro.payments.bank_accounts import BankAccount
from duro.payments.mandates import MandateActivation, MandateStanding, MandateStatus
from duro.payments.payment_requests import Arrival, Opened, UssdCode
from duro.payments.simulated.shelf import ShelfMark
from duro.payments.virtual_accounts import AccountOpened

_BANK: Final = "Simulated Bank"
_ACTIVATION: Final = MandateActivation(
    account=BankAccount("9990000001", _BANK, "Mandate Activation"), amount=Money(5_000, Currency("NGN"))
)


class RequestState(StrEnum):
    """How a payment request stands; a lost one was ordered but never reached the provider."""

    LOST = "lost"
    OPEN = "open"
    CLOSED = "closed"


@final
@dataclass(frozen=True, slots=True)
class RequestEntry:
    """All that the provider knows of one payment request; `late_at` is when its late payer will pay."""

    reference: str
    amount: Money
    rail: Rail
    number: str
    phone: str | None = field(repr=False)
    expires_at: Instant | None
    state: RequestState
    late_at: Instant | None = None

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.reference, number=self.number, due_at=self.late_at)

    @property
    def owner(self) -> str:
        return f"request {self.reference}"

    @property
    def opened(self) -> Opened:
        is_dialled = self.rail is Rail.USSD
        instructions = UssdCode(f"*999*{self.number}#") if is_dialled else BankAccount(self.number, _BANK, "Duro")
        return Opened(self.reference, self.amount, self.rail, instructions, self.expires_at)


@final
@dataclass(frozen=True, slots=True)
class AccountEntry:
    """All that the provider knows of one customer's account number; a lost order of one never reached it."""

    reference: str
    currency: Currency
    number: str
    customer_name: str
    is_lost: bool

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.reference, number=self.number)

    @property
    def owner(self) -> str:
        return f"account {self.reference}"

    @property
    def opened(self) -> AccountOpened:
        return AccountOpened(self.reference, self.currency, BankAccount(self.number, _BANK, self.customer_name))


@final
@dataclass(frozen=True, slots=True)
class ArrivalEntry:
    """Money that a payer sent, and where to; it never changes. `order` tells apart what came to one place."""

    provider_reference: str
    owner: str
    order: int
    reference: str | None
    account_number: str | None
    amount: Money
    rail: Rail
    arrived_at: Instant
    fee: Money | None = None

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.provider_reference, owner=self.owner, at=self.arrived_at)

    @property
    def arrival(self) -> Arrival:
        return Arrival(self.provider_reference, self.amount, self.rail, self.arrived_at, self.fee)


@final
@dataclass(frozen=True, slots=True)
class MandateEntry:
    """All that the provider knows of one mandate; it can be debited from `ready_at` on.

    A lost order of one never reached the provider.
    """

    reference: str
    account_number: str = field(repr=False)
    ceiling: Money
    status: MandateStatus
    is_lost: bool
    activated_at: Instant | None = None
    ready_at: Instant | None = None

    @property
    def mark(self) -> ShelfMark:
        return ShelfMark(self.reference)

    @property
    def can_be_activated(self) -> bool:
        return self.status is MandateStatus.PENDING and not self.is_lost

    @property
    def can_be_ended(self) -> bool:
        return self.status in {MandateStatus.PENDING, MandateStatus.ACTIVE} and not self.is_lost

    @property
    def token(self) -> str:
        return f"mdt_sim_{self.reference}"

    @property
    def standing(self) -> MandateStanding:
        return MandateStanding(
            reference=self.reference,
            token=self.token,
            status=self.status,
            ceiling=self.ceiling,
            last4=self.account_number[-4:],
            activation=_ACTIVATION if self.status is MandateStatus.PENDING else None,
            activated_at=self.activated_at,
        )
