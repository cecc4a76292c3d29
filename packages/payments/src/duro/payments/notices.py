from dataclasses import dataclass, field
from typing import TypeAlias, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class ChargeSucceeded:
    """A charge that we asked for took this much, of which the provider kept its fee; None if it doesn't say."""

    event_id: str
    reference: str
    provider_reference: str
    amount: Money
    rail: Rail
    at: Instant
    fee: Money | None = None


@final
@dataclass(frozen=True, slots=True)
class ChargeFailed:
    """A charge that we asked for took nothing, finally; the amount is what was asked."""

    event_id: str
    reference: str
    provider_reference: str
    amount: Money
    rail: Rail
    at: Instant
    code: str
    message: str


@final
@dataclass(frozen=True, slots=True)
class MoneyReceived:
    """Money that a payer pushed, with what hints at its purpose: our reference, the account it came to, or neither.

    The fee is what the provider kept of it; None if it doesn't say.
    """

    event_id: str
    reference: str | None
    account_number: str | None
    provider_reference: str
    amount: Money
    rail: Rail
    at: Instant
    fee: Money | None = None


@final
@dataclass(frozen=True, slots=True)
class MandateActivated:
    """A payer approved debits; the set-up begins."""

    event_id: str
    reference: str
    token: str = field(repr=False)
    at: Instant


@final
@dataclass(frozen=True, slots=True)
class MandateRevoked:
    """A payer, their bank or we ended an approval of debits."""

    event_id: str
    reference: str
    token: str = field(repr=False)
    at: Instant


@final
@dataclass(frozen=True, slots=True)
class RefundSucceeded:
    """A refund that we asked for gave this much back."""

    event_id: str
    reference: str
    charge_reference: str
    provider_reference: str
    amount: Money
    at: Instant


@final
@dataclass(frozen=True, slots=True)
class RefundFailed:
    """A refund that we asked for gave nothing back; the amount is what was asked."""

    event_id: str
    reference: str
    charge_reference: str
    provider_reference: str
    amount: Money
    at: Instant
    code: str
    message: str


@final
@dataclass(frozen=True, slots=True)
class DisputeOpened:
    """A payer had their bank take this much of a charge of ours back, for a reason in the provider's words.

    The provider's reference is of the dispute: one charge may be disputed more than once.
    """

    event_id: str
    reference: str
    provider_reference: str
    amount: Money
    at: Instant
    reason: str


@final
@dataclass(frozen=True, slots=True)
class DisputeClosed:
    """A dispute has ended: won is the money given to us again, lost is the payer's for good."""

    event_id: str
    reference: str
    provider_reference: str
    amount: Money
    at: Instant
    is_won: bool


@final
@dataclass(frozen=True, slots=True)
class OtherNotice:
    """A genuine notice of a kind that asks nothing of us."""

    event_id: str
    kind: str


Notice: TypeAlias = (
    ChargeSucceeded
    | ChargeFailed
    | MoneyReceived
    | MandateActivated
    | MandateRevoked
    | RefundSucceeded
    | RefundFailed
    | DisputeOpened
    | DisputeClosed
    | OtherNotice
)
