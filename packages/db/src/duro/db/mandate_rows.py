"""What a payment method has that is a payer's approval of debits."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.kernel import Money


class PaymentMethodStatus(StrEnum):
    """Whether a payment method may be charged; a card always may, until it is removed.

    A mandate waits for its payer until it is active. The bank rejected it, or the payer or we revoked it: it ends so.
    """

    PENDING = "pending"
    REJECTED = "rejected"
    ACTIVE = "active"
    REVOKED = "revoked"

    def is_before(self, other: "PaymentMethodStatus") -> bool:
        """Say whether news of this is older than the other: mandates come to these in this order, and not back."""
        order = list(PaymentMethodStatus)
        return order.index(self) < order.index(other)


@final
@dataclass(frozen=True, slots=True)
class ActivationTransfer:
    """The small transfer, from the very account to be debited, by which a payer approves debits of it."""

    account_number: str
    bank_name: str
    account_name: str
    amount: Money

    @property
    def words(self) -> str:
        """Say it in a sentence that ends a message."""
        to = f"account {self.account_number} at {self.bank_name} ({self.account_name})"
        return f"To let us debit your bank account, send {self.amount} from it to {to}."


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A payer's approval of debits of a bank account, each up to a ceiling.

    The activation is what they have to do while it is pending. At `look_at` somebody asks the provider how it stands,
    or, once it is removed, ends it there; without that nothing more is to be done.
    """

    bank_code: str
    ceiling: Money
    activation: ActivationTransfer | None = field(default=None, repr=False)
    activated_at: Instant | None = None
    look_at: Instant | None = None

    def approves(self, amount: Money) -> bool:
        """Say whether one debit may be so much."""
        return amount.currency == self.ceiling.currency and amount <= self.ceiling
