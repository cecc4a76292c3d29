from dataclasses import dataclass
from typing import final

from duro.billing import Subscription
from duro.db.records import DunningSchedule, Event, Invoice, Journal, PaymentAttempt, Refund
from duro.kernel import InvoiceId, PaymentAttemptId


@final
@dataclass(frozen=True, slots=True)
class Instrument:
    """A saved method as a charge needs it: whose it is at which provider."""

    provider: str
    token: str


@final
@dataclass(frozen=True, slots=True)
class RenewalSubject:
    """A subscription locked for a claim, with what its invoice and charge must name."""

    subscription: Subscription
    plan_name: str
    customer_email: str
    is_tenant_suspended: bool
    instrument: Instrument | None


@final
@dataclass(frozen=True, slots=True)
class RenewalClaim:
    """What a claim writes: the invoice on its unique key, and the attempt that will collect it."""

    subscription: Subscription
    invoice: Invoice
    attempt: PaymentAttempt | None
    journal: Journal | None
    events: tuple[Event, ...]


@final
@dataclass(frozen=True, slots=True)
class WrittenClaims:
    """What of some claims is new in the database: an invoice without its attempt has no method left to charge."""

    invoices: frozenset[InvoiceId]
    attempts: frozenset[PaymentAttemptId]


@final
@dataclass(frozen=True, slots=True)
class SettlementSubject:
    """An attempt locked with its invoice and subscription, and what sending it again would need."""

    subscription: Subscription
    invoice: Invoice
    attempt: PaymentAttempt
    plan_name: str
    customer_email: str
    token: str
    is_tenant_suspended: bool


@final
@dataclass(frozen=True, slots=True)
class RenewalSettlement:
    """What a settlement writes: the rows as they are afterwards, and the rows that it adds."""

    subscription: Subscription
    invoice: Invoice | None = None
    attempt: PaymentAttempt | None = None
    journals: tuple[Journal, ...] = ()
    events: tuple[Event, ...] = ()
    schedule: DunningSchedule | None = None
    refund: Refund | None = None
