"""The words a row's status can be, and the id of a journal."""

from enum import StrEnum

from duro.kernel import EntityId


class JournalId(EntityId):
    """One balanced posting in the ledger."""

    __slots__ = ()
    prefix = "jrn"


class TenantStatus(StrEnum):
    """Whether a merchant's claims are let through."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class InvoiceStatus(StrEnum):
    """How far an invoice has come."""

    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


class InvoiceKind(StrEnum):
    """What an invoice is for; only one for a period, or for a change that begins one, moves its subscription."""

    PERIOD = "period"
    PRORATION = "proration"
    PLAN_CHANGE = "plan_change"


class AttemptStatus(StrEnum):
    """What is known of an attempt to collect; `review` waits for a person."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVIEW = "review"


class RefundStatus(StrEnum):
    """What is known of money going back."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"


class DunningState(StrEnum):
    """Where a recovery case stands."""

    SCHEDULED = "scheduled"
    AWAITING_CUSTOMER = "awaiting_customer"
    RECOVERED = "recovered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


class JournalCause(StrEnum):
    """What a journal was posted for; one journal per cause and id."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"
    UNCOLLECTIBLE_RECOVERED = "uncollectible_recovered"
    CREDIT_GRANTED = "credit_granted"
    CREDIT_AT_END = "credit_at_end"
    REFUND_CLAIMED = "refund_claimed"
    REFUND_DONE = "refund_done"
    REFUND_FAILED = "refund_failed"
