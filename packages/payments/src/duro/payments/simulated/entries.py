from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never, final

from duro.kernel import Money
from duro.payments.charges import Approved, Declined
from duro.payments.refunds import Refunded, RefundRefused


class ChargeStatus(StrEnum):
    """How a reference stands with the issuer; a lost one was presented but never reached it."""

    LOST = "lost"
    APPROVED = "approved"
    DECLINED = "declined"


class RefundStatus(StrEnum):
    """How a refund reference stands with the issuer."""

    LOST = "lost"
    REFUNDED = "refunded"
    REFUSED = "refused"


@final
@dataclass(frozen=True, slots=True)
class ChargeEntry:
    """All that the issuer knows of one charge reference: what it decided, how often it took, what it gave back."""

    reference: str
    token: str = field(repr=False)
    amount: Money
    status: ChargeStatus
    decline: Declined | None
    presentments: int
    takings: int
    refunds: int
    amount_refunded: Money
    fee: Money | None = None

    @property
    def result(self) -> Approved | Declined | None:
        """The decision, or None while the issuer has made none."""
        match self.status:
            case ChargeStatus.LOST:
                return None
            case ChargeStatus.APPROVED | ChargeStatus.DECLINED:
                return self.decline or Approved(self.reference, self.amount, self.fee)
            case _:
                assert_never(self.status)


@final
@dataclass(frozen=True, slots=True)
class RefundEntry:
    """All that the issuer knows of one refund reference."""

    reference: str
    charge_reference: str
    amount: Money
    status: RefundStatus
    refusal: RefundRefused | None
    presentments: int

    @property
    def result(self) -> Refunded | RefundRefused | None:
        """The decision, or None while the issuer has made none."""
        match self.status:
            case RefundStatus.LOST:
                return None
            case RefundStatus.REFUNDED | RefundStatus.REFUSED:
                return self.refusal or Refunded(self.reference, self.amount)
            case _:
                assert_never(self.status)
