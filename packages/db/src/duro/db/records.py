"""The rows of the data schemas as values: column names with the kernel's types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final
from uuid import UUID

from whenever import Instant

from duro.billing import Cadence, Interval, InvoiceLine, PendingLine, PlanChange
from duro.billing.recovery import DunningAction
from duro.db.payment_method_rows import PaymentMethod
from duro.db.states import (
    AttemptStatus,
    DunningEventId,
    DunningEventKind,
    DunningState,
    Initiator,
    InvoiceKind,
    InvoiceStatus,
    JournalCause,
    JournalId,
    RefundStatus,
    TenantStatus,
)
from duro.kernel import (
    ApiKeyId,
    Currency,
    CustomerId,
    DunningScheduleId,
    EventId,
    InvoiceId,
    Mode,
    Money,
    PaymentAttemptId,
    PaymentMethodId,
    PendingLineId,
    Period,
    PlanId,
    PromoCodeId,
    RefundId,
    SubscriptionId,
    TenantId,
    TestClockId,
)

__all__ = [
    "ApiKey",
    "AttemptStatus",
    "Customer",
    "DunningEvent",
    "DunningEventId",
    "DunningEventKind",
    "DunningSchedule",
    "DunningState",
    "Event",
    "IdempotencyRecord",
    "Initiator",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceStatus",
    "Journal",
    "JournalCause",
    "JournalId",
    "LedgerEntry",
    "PaymentAttempt",
    "PaymentMethod",
    "Plan",
    "Refund",
    "RefundStatus",
    "StoredPendingLine",
    "Tenant",
    "TenantStatus",
]


@final
@dataclass(frozen=True, slots=True)
class Tenant:
    """A merchant's account and the zone its calendar is read in."""

    id: TenantId
    name: str
    zone: str
    status: TenantStatus
    created_at: Instant


@final
@dataclass(frozen=True, slots=True)
class ApiKey:
    """A merchant's credential: its digest and a hint, never the secret."""

    id: ApiKeyId
    mode: Mode
    secret_digest: bytes
    hint: str
    created_at: Instant
    revoked_at: Instant | None = None


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """What is sold, for how much and how often."""

    id: PlanId
    name: str
    amount: Money
    interval: Interval
    interval_count: int
    trial_days: int
    max_cycles: int | None
    archived_at: Instant | None
    created_at: Instant
    updated_at: Instant

    @property
    def cadence(self) -> Cadence:
        """How often it bills."""
        return Cadence(self.interval, self.interval_count)


@final
@dataclass(frozen=True, slots=True)
class Customer:
    """A person or business who pays a merchant; `ref` is the merchant's own key for them.

    One with a test clock lives by it, and so does everything that is theirs. Consent to WhatsApp is for the phone.
    """

    id: CustomerId
    ref: str | None
    email: str
    name: str | None
    phone: str | None
    metadata: Mapping[str, str]
    created_at: Instant
    updated_at: Instant
    test_clock_id: TestClockId | None = None
    has_whatsapp_consent: bool = False


@final
@dataclass(frozen=True, slots=True)
class Invoice:
    """What a subscription owes for one thing, with its lines in order.

    Credit granted is what its lines gave to the credit balance. The plan change is the terms it was composed on, the
    promo code what took the discount off.
    """

    id: InvoiceId
    subscription_id: SubscriptionId
    customer_id: CustomerId
    idempotency_key: str
    status: InvoiceStatus
    subtotal: Money
    discount: Money
    credit_applied: Money
    total: Money
    amount_paid: Money
    amount_refunded: Money
    period_start: Instant
    period_end: Instant
    paid_at: Instant | None
    rail: str | None
    created_at: Instant
    kind: InvoiceKind
    credit_granted: Money
    plan_change: PlanChange | None = None
    promo_code_id: PromoCodeId | None = None
    marked_uncollectible_at: Instant | None = None
    lines: tuple[InvoiceLine, ...] = ()

    @property
    def period(self) -> Period:
        """The stretch of time it pays for."""
        return Period(self.period_start, self.period_end)

    @property
    def currency(self) -> Currency:
        """The currency of every amount on it."""
        return self.total.currency

    @property
    def is_paid_late(self) -> bool:
        """Say whether it was paid after it had been given up."""
        return self.status is InvoiceStatus.PAID and self.marked_uncollectible_at is not None

    @property
    def credit_held(self) -> Money:
        """The credit it took from the balance and hasn't given back: giving up on it gives that back."""
        return Money.zero(self.currency) if self.status is InvoiceStatus.UNCOLLECTIBLE else self.credit_applied

    @property
    def required_change(self) -> PlanChange:
        """The terms that an invoice for a change of plan was composed on."""
        if self.plan_change is None:
            message = "This invoice was composed on no other terms."
            raise ValueError(message)
        return self.plan_change

    @property
    def amount_remaining(self) -> Money:
        """What is still to be paid."""
        return self.total - self.amount_paid


@final
@dataclass(frozen=True, slots=True)
class StoredPendingLine:
    """An amount that waits for the next invoice of a subscription, as a row."""

    id: PendingLineId
    subscription_id: SubscriptionId
    line: PendingLine
    created_at: Instant


@final
@dataclass(frozen=True, slots=True)
class PaymentAttempt:
    """One try to collect an invoice; its id's suffix is the reference at the provider.

    What of its money found nothing left to pay was credited to the balance. While it waits for its payer's approval,
    that is given at an address of their own. The fee is what its provider kept of it; None if it didn't say.
    """

    id: PaymentAttemptId
    invoice_id: InvoiceId
    subscription_id: SubscriptionId
    payment_method_id: PaymentMethodId
    provider: str
    rail: str
    status: AttemptStatus
    amount: Money
    reason: str
    failure_code: str | None
    failure_message: str | None
    advice_code: str | None
    claimed_until: Instant
    created_at: Instant
    settled_at: Instant | None
    initiator: Initiator = Initiator.SCHEDULE
    credited: Money | None = None
    approval_url: str | None = field(default=None, repr=False)
    fee: Money | None = None

    @property
    def reference(self) -> str:
        """The name of this attempt at the provider."""
        return self.id.suffix

    @property
    def amount_allocated(self) -> Money:
        """What of it paid its invoice, if it brought anything."""
        return self.amount if self.credited is None else self.amount - self.credited

    @property
    def is_unexplained(self) -> bool:
        """Say whether nobody knows yet if it took money: nothing else may be charged meanwhile."""
        return self.status in {AttemptStatus.PENDING, AttemptStatus.REVIEW}


@final
@dataclass(frozen=True, slots=True)
class Refund:
    """Money of one attempt going back to the payer."""

    id: RefundId
    attempt_id: PaymentAttemptId
    invoice_id: InvoiceId
    status: RefundStatus
    amount: Money
    reason: str
    claimed_until: Instant
    created_at: Instant
    settled_at: Instant | None
    failure_code: str | None = None
    failure_message: str | None = None

    @property
    def reference(self) -> str:
        """The name of this refund at the provider."""
        return self.id.suffix


@final
@dataclass(frozen=True, slots=True)
class DunningSchedule:
    """The recovery case of one invoice.

    The amount is the money at risk when it was opened. Action and cause are what was decided last; there is none after
    a failure that nobody has decided about yet. It wakes when somebody has to look at it. A recovered case names the
    attempt or incoming payment that won it, by which rail, and the action that led there. One that left the
    subscription's own payment method for a mandate names that.
    """

    id: DunningScheduleId
    invoice_id: InvoiceId
    subscription_id: SubscriptionId
    state: DunningState
    category: str | None
    rail: str
    attempts_made: int
    next_attempt_at: Instant | None
    reason: str
    opened_at: Instant
    closed_at: Instant | None
    amount: Money
    deadline_at: Instant | None = None
    action: DunningAction | None = None
    cause: str | None = None
    wake_at: Instant | None = None
    paused_at: Instant | None = None
    recovered_by: UUID | None = None
    recovered_rail: str | None = None
    recovered_action: str | None = None
    payment_method_id: PaymentMethodId | None = None

    @property
    def is_open(self) -> bool:
        return self.state.is_open


@final
@dataclass(frozen=True, slots=True)
class DunningEvent:
    """Something that happened to a recovery case, with the sentence that explains it."""

    id: DunningEventId
    schedule_id: DunningScheduleId
    kind: DunningEventKind
    action: DunningAction | None
    cause: str | None
    rail: str | None
    next_attempt_at: Instant | None
    reason: str
    created_at: Instant


@final
@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a subscription; `sequence` counts from 1 without a gap."""

    id: EventId
    type: str
    subscription_id: SubscriptionId
    sequence: int
    data: Mapping[str, object]
    created_at: Instant


@final
@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """The answer given to one idempotency key, or the lease of the request that will give it."""

    credential_class: str
    key: str
    request_digest: bytes
    status: int | None
    body: bytes | None
    locked_until: Instant | None
    created_at: Instant


@final
@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One side of a journal: debits are positive, credits negative."""

    account: str
    amount: Money


@final
@dataclass(frozen=True, slots=True)
class Journal:
    """Entries in one currency that sum to zero, posted once for one cause."""

    id: JournalId
    cause_type: JournalCause
    cause_id: UUID
    currency: Currency
    created_at: Instant
    entries: tuple[LedgerEntry, ...]
