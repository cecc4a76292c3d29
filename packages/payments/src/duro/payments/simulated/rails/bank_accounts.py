from enum import Enum
from typing import Self

from duro.payments.charges import Declined
from duro.payments.simulated.cards import Delivery


class SimulatedBankAccount(Enum):
    """A test account number that can be debited by mandate, and how it behaves; the provider knows no others.

    The payer of the one that waits makes the activation transfer when told to; the others make it at once.
    """

    APPROVE = ("0100000001", "approve")
    APPROVE_AT_ONCE = ("0100000002", "approve_at_once")
    WAIT = ("0100000003", "wait")
    REJECTED = ("0100000004", "rejected")
    INSUFFICIENT_FUNDS = ("0100000051", "insufficient_funds")
    STOPPED = ("0100000008", "stopped")
    TIMEOUT_BEFORE = ("0100000011", "timeout_before")
    TIMEOUT_AFTER = ("0100000012", "timeout_after")

    def __init__(self, number: str, behaviour: str) -> None:
        self.number = number
        self.behaviour = behaviour

    @classmethod
    def of_number(cls, number: str) -> Self | None:
        return next((account for account in cls if account.number == number), None)

    @property
    def is_activated_at_once(self) -> bool:
        return self not in {SimulatedBankAccount.WAIT, SimulatedBankAccount.REJECTED}

    @property
    def is_rejected(self) -> bool:
        return self is SimulatedBankAccount.REJECTED

    @property
    def is_set_up_at_once(self) -> bool:
        """Say whether debits work as soon as the mandate is active."""
        return self not in {SimulatedBankAccount.APPROVE, SimulatedBankAccount.WAIT}

    @property
    def delivery(self) -> Delivery:
        """What becomes of the first order for a mandate on this account."""
        match self:
            case SimulatedBankAccount.TIMEOUT_BEFORE:
                return Delivery.LOST
            case SimulatedBankAccount.TIMEOUT_AFTER:
                return Delivery.SILENT
            case _:
                return Delivery.ANSWERED

    @property
    def decline(self) -> Declined | None:
        """The bank's refusal of a debit whose mandate is set up, or None for an account that is good for any amount."""
        match self:
            case SimulatedBankAccount.INSUFFICIENT_FUNDS:
                return Declined("51", "Insufficient funds")
            case SimulatedBankAccount.STOPPED:
                return Declined("R1", "Revocation of authorization order")
            case _:
                return None
