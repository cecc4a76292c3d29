from dataclasses import dataclass
from typing import final

from whenever import Instant

from duro.db.states import JournalCause, JournalId
from duro.kernel import CreditGrantId, InvoiceId, Money, SubscriptionId


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGrant:
    """Credit that a balance got by somebody's decision, or lost where the amount is negative.

    With an invoice, it is what that invoice had used of the balance and whose money went back as well.
    """

    id: CreditGrantId
    subscription_id: SubscriptionId
    invoice_id: InvoiceId | None
    amount: Money
    reason: str
    created_at: Instant


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CreditEntry:
    """One movement of a subscription's credit balance as the ledger has it: what is added is positive."""

    id: JournalId
    cause: JournalCause
    invoice_id: InvoiceId | None
    amount: Money
    reason: str | None
    created_at: Instant
