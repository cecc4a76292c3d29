"""Rows of money that payers push: what was asked of them, what came, and what it paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.db.states import Initiator
from duro.kernel import (
    AllocationId,
    IncomingPaymentId,
    InvoiceId,
    Money,
    PaymentAttemptId,
    PaymentRequestId,
    SubscriptionId,
)


class PaymentRequestStatus(StrEnum):
    """How far a request has come; of one that is opening nobody knows whether the provider has it.

    A paid one brought what was asked for, a closed one may still bring late money; a refused one never came to be.
    """

    OPENING = "opening"
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"
    REFUSED = "refused"

    @property
    def is_waiting(self) -> bool:
        """Say whether money is still hoped for."""
        return self in {PaymentRequestStatus.OPENING, PaymentRequestStatus.OPEN}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """A payer asked to push what remains of an invoice by one rail; an invoice waits for one request a rail.

    It is looked at next at `look_at`; until then it belongs to who looks. Without that nothing more is expected of it.
    One that the payer wanted, on their own page, is no step of a recovery case's plan.
    """

    id: PaymentRequestId
    invoice_id: InvoiceId
    subscription_id: SubscriptionId
    provider: str
    rail: Rail
    status: PaymentRequestStatus
    amount: Money
    instructions: Mapping[str, str] | None = field(default=None, repr=False)
    look_at: Instant | None
    expires_at: Instant | None = None
    created_at: Instant
    settled_at: Instant | None = None
    initiator: Initiator = Initiator.SCHEDULE

    @property
    def is_planned(self) -> bool:
        """Say whether it is a step of its case's plan, and no wish of the payer's own."""
        return self.initiator is Initiator.SCHEDULE

    @property
    def reference(self) -> str:
        """The name of this request at the provider."""
        return self.id.suffix

    def is_told_of(self, invoice_id: InvoiceId) -> bool:
        """Say whether the payer of this invoice was asked so by a message.

        Of what a provider refused they are told nothing, nor of what they asked for themselves.
        """
        is_told = self.is_planned and self.status is not PaymentRequestStatus.REFUSED
        return is_told and self.invoice_id == invoice_id


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPayment:
    """Money that came without a charge of ours, once for each reference of its provider.

    The fee is what its provider kept of it; None if it didn't say. One that waits for a person was booked as
    unallocated.
    """

    id: IncomingPaymentId
    provider: str
    reference: str
    rail: Rail
    amount: Money
    payment_request_id: PaymentRequestId | None = None
    attempt_id: PaymentAttemptId | None = None
    subscription_id: SubscriptionId | None = None
    received_at: Instant
    created_at: Instant
    fee: Money | None = None
    is_waiting: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyDecision:
    """What a person decided about money that waited for one: it was sent back outside of Duro, or else allocated."""

    incoming_payment_id: IncomingPaymentId
    is_sent_back: bool
    decided_by: str
    note: str
    decided_at: Instant


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A part of an incoming payment that pays an invoice or, without one, is credit of a subscription."""

    id: AllocationId
    incoming_payment_id: IncomingPaymentId
    pays: InvoiceId | SubscriptionId
    amount: Money
    created_at: Instant
