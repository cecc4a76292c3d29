"""The words a row's status can be, and the id of a journal."""

from enum import StrEnum

from duro.kernel import EntityId


class JournalId(EntityId):
    """One balanced posting in the ledger."""

    __slots__ = ()
    prefix = "jrn"


class DunningEventId(EntityId):
    """Something that happened to a recovery case."""

    __slots__ = ()
    prefix = "dnx"


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

    @property
    def is_open(self) -> bool:
        """Say whether it is still being worked on."""
        return self is DunningState.SCHEDULED or self is DunningState.AWAITING_CUSTOMER


class Initiator(StrEnum):
    """Who wanted a charge: the plan of tries counts what nobody asked for by hand."""

    SCHEDULE = "schedule"
    MERCHANT = "merchant"
    PAYER = "payer"


class DunningEventKind(StrEnum):
    """What happened to a recovery case."""

    OPENED = "opened"
    DECIDED = "decided"
    TRIED = "tried"
    ASKED = "asked"
    RECEIVED = "received"
    RECOVERED = "recovered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    RESUMED = "resumed"


class JournalCause(StrEnum):
    """What a journal was posted for; one journal per cause and id."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    INCOMING_PAYMENT = "incoming_payment"
    PART_RETURNED = "part_returned"
    ALLOCATED = "allocated"
    SENT_BACK = "sent_back"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"
    UNCOLLECTIBLE_RECOVERED = "uncollectible_recovered"
    CARRIED = "carried"
    CREDIT_GRANTED = "credit_granted"
    CREDIT_AT_END = "credit_at_end"
    REFUND_CLAIMED = "refund_claimed"
    REFUND_DONE = "refund_done"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
