from dataclasses import dataclass
from typing import TypeAlias, final

from duro.payments.charges import Approved, AwaitsApproval, Declined
from duro.payments.refunds import Refunded, RefundRefused


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """The issuer's decision, or that its payer is asked; a repeat is the answer to an earlier presentment."""

    result: Approved | Declined | AwaitsApproval
    is_repeat: bool


@final
@dataclass(frozen=True, slots=True)
class RefundAnswered:
    """The issuer's decision on a refund; a repeat is the decision of an earlier presentment."""

    result: Refunded | RefundRefused
    is_repeat: bool


@final
@dataclass(frozen=True, slots=True)
class Silent:
    """No answer will come; the caller waits until it gives up."""


@final
@dataclass(frozen=True, slots=True)
class Broken:
    """The provider's server fails; whether money moved is not said."""


ChargeAnswer: TypeAlias = Answered | Silent | Broken
RefundAnswer: TypeAlias = RefundAnswered | Silent
