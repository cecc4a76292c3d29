from dataclasses import dataclass
from enum import Enum
from typing import Self, assert_never, final

from whenever import Instant

from duro.kernel import Money
from duro.payments.simulated.cards import Delivery


class SimulatedPayer(Enum):
    """A test phone, and what the payer who has it does once a payment is requested; other payers wait to be told.

    What they send they send at once, but for the late one: that one pays a minute after the request's end, or when it
    is closed. The refused one has a bank through which nothing can be requested.
    """

    EXACT = ("+2348100000001", "exact")
    SHORT = ("+2348100000002", "short")
    OVER = ("+2348100000003", "over")
    TWICE = ("+2348100000004", "twice")
    LATE = ("+2348100000005", "late")
    NEVER = ("+2348100000006", "never")
    IN_PARTS = ("+2348100000007", "in_parts")
    REFUSED = ("+2348100000008", "refused")
    TIMEOUT_BEFORE = ("+2348100000011", "timeout_before")
    TIMEOUT_AFTER = ("+2348100000012", "timeout_after")

    def __init__(self, phone: str, behaviour: str) -> None:
        self.phone = phone
        self.behaviour = behaviour

    @classmethod
    def of_phone(cls, phone: str | None) -> Self | None:
        return next((payer for payer in cls if payer.phone == phone), None)

    @property
    def is_late(self) -> bool:
        return self is SimulatedPayer.LATE

    @property
    def is_refused(self) -> bool:
        return self is SimulatedPayer.REFUSED

    @property
    def delivery(self) -> Delivery:
        """What becomes of the first order that names this phone."""
        match self:
            case SimulatedPayer.TIMEOUT_BEFORE:
                return Delivery.LOST
            case SimulatedPayer.TIMEOUT_AFTER:
                return Delivery.SILENT
            case _:
                return Delivery.ANSWERED

    def payments(self, asked: Money) -> tuple[Money, ...]:
        """Return what the payer sends; halves are together what was asked, and the first is never the larger."""
        half = Money(asked.amount // 2, asked.currency)
        match self:
            case SimulatedPayer.SHORT:
                return (half,)
            case SimulatedPayer.OVER:
                return (asked + half,)
            case SimulatedPayer.TWICE:
                return (asked, asked)
            case SimulatedPayer.IN_PARTS:
                return (half, asked - half)
            case SimulatedPayer.EXACT | SimulatedPayer.LATE | SimulatedPayer.TIMEOUT_AFTER:
                return (asked,)
            case SimulatedPayer.NEVER | SimulatedPayer.REFUSED | SimulatedPayer.TIMEOUT_BEFORE:
                return ()
            case _:
                assert_never(self)


@final
@dataclass(frozen=True, slots=True)
class PayerOrder:
    """What a payer is made to do: send money to an account number or, by USSD, for a request; known to us or not.

    Without an instant it happens now.
    """

    reference: str | None
    account_number: str | None
    amount: Money
    at: Instant | None = None

    def __post_init__(self) -> None:
        if (self.reference is None) == (self.account_number is None):
            message = "A payer names either a reference or an account number."
            raise ValueError(message)
        if self.amount.amount <= 0:
            message = "A payer sends more than nothing."
            raise ValueError(message)
