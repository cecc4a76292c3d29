from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Money, PaymentAttemptId, PaymentRequestId, SubscriptionId


class Received(StrEnum):
    """What became of money that arrived: it paid an invoice, part of one, is credit, or waits for a person."""

    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    CREDITED = "credited"
    HELD = "held"
    KNOWN = "known"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedMoney:
    """Money as its provider tells of it, under the provider's own reference, with what it came for.

    That is a request for it, a charge that had counted as failed, or a subscription that a person names. The fee is
    what the provider says it kept of it.
    """

    provider: str
    reference: str
    amount: Money
    rail: Rail
    at: Instant
    request_id: PaymentRequestId | None = None
    attempt_id: PaymentAttemptId | None = None
    subscription_id: SubscriptionId | None = None
    fee: Money | None = None
