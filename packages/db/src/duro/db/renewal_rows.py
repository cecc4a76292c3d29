from dataclasses import dataclass
from typing import final

from whenever import Instant

from duro.billing import MissedPeriods, Subscription
from duro.billing.recovery import Rail
from duro.db.credit_rows import CreditGrant
from duro.db.message_rows import Message
from duro.db.records import DunningSchedule, Event, Invoice, Journal, PaymentAttempt, Refund, StoredPendingLine
from duro.db.states import DunningEventId
from duro.kernel import InvoiceId, Money, PaymentAttemptId, PaymentMethodId, PendingLineId


@final
@dataclass(frozen=True, slots=True)
class Instrument:
    """A saved method as a charge needs it: whose it is at which provider, and the most that may be charged at once."""

    provider: str
    token: str
    rail: str = Rail.CARD
    brand: str = ""
    ceiling: Money | None = None

    def can_pay(self, amount: Money) -> bool:
        """Say whether one charge may be so much."""
        return self.ceiling is None or (amount.currency == self.ceiling.currency and amount <= self.ceiling)


@final
@dataclass(frozen=True, slots=True)
class RenewalSubject:
    """A subscription locked for a claim, with what its invoice and charge must name.

    The plan name is that of the plan it renews on. A charge is pending while any attempt of it isn't explained. The
    declines are those of its card at this tenant, wherever it is saved, oldest first and not of all times.
    """

    subscription: Subscription
    plan_name: str
    customer_email: str
    is_tenant_suspended: bool
    instrument: Instrument | None
    pending_lines: tuple[StoredPendingLine, ...] = ()
    is_charge_pending: bool = False
    declines: tuple[PaymentAttempt, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class RenewalClaim:
    """What a claim writes: the invoice on its unique key, and the attempt that will collect it.

    The invoice takes the pending lines up; what it carries over waits for the next one.
    """

    subscription: Subscription
    invoice: Invoice
    attempt: PaymentAttempt | None
    journal: Journal | None
    events: tuple[Event, ...]
    taken_lines: tuple[PendingLineId, ...] = ()
    carried: StoredPendingLine | None = None


@final
@dataclass(frozen=True, slots=True)
class WrittenClaims:
    """What of some claims is new in the database: an invoice without its attempt has no method left to charge."""

    invoices: frozenset[InvoiceId]
    attempts: frozenset[PaymentAttemptId]


@final
@dataclass(frozen=True, slots=True)
class SettlementSubject:
    """An attempt locked with its invoice and subscription, and what sending it again would need.

    The policy for missed periods is the merchant's, if they chose one. The card of one that is behind has a key, the
    same wherever it is saved, and may be taken: from then on it is charged for what another subscription missed. A
    proration is recovered if its first charge was declined; of a period the subscription says so itself. A mandate can
    be charged since its activation.
    """

    subscription: Subscription
    invoice: Invoice
    attempt: PaymentAttempt
    plan_name: str
    customer_email: str
    token: str
    is_tenant_suspended: bool
    missed_periods: MissedPeriods | None = None
    card_key: bytes | None = None
    card_taken_from: Instant | None = None
    is_proration_recovered: bool = False
    brand: str = ""
    is_method_barred: bool = False
    activated_at: Instant | None = None


@final
@dataclass(frozen=True, slots=True)
class CaseEnd:
    """How the recovery case of an invoice ends, if it has one that isn't over; a try that won it is counted there."""

    id: DunningEventId
    invoice_id: InvoiceId
    reason: str


@final
@dataclass(frozen=True, slots=True)
class RenewalSettlement:
    """What a settlement writes: the rows as they are afterwards, and the rows that it adds.

    With `lapsed_at`, what waits for a next invoice ends then: none will come. Of the messages, one that tells of a
    recovery is written only if this settlement closes a case as recovered. The first step of a case has its id. A
    barred method is never charged again, wherever the tenant's customers saved it. A verdict counts for the card's
    budgets, and a planned try that was none counts no longer; None leaves them as they are.
    """

    subscription: Subscription
    invoice: Invoice | None = None
    attempt: PaymentAttempt | None = None
    journals: tuple[Journal, ...] = ()
    events: tuple[Event, ...] = ()
    schedule: DunningSchedule | None = None
    refund: Refund | None = None
    grant: CreditGrant | None = None
    lapsed_at: Instant | None = None
    messages: tuple[Message, ...] = ()
    barred: PaymentMethodId | None = None
    is_verdict: bool | None = None
    case_end: CaseEnd | None = None
