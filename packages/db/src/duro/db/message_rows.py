from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast, final

from whenever import Instant

from duro.billing import SubscriptionStatus
from duro.billing.messages import Channel, MessageKind
from duro.db.message_templates import LetterWords
from duro.db.states import DunningState
from duro.kernel import (
    Currency,
    CustomerId,
    InvoiceId,
    MessageId,
    Mode,
    Money,
    PaymentRequestId,
    SubscriptionId,
    TenantId,
)


class MessageStatus(StrEnum):
    """How far a message has come; of an unknown one nobody can say whether it left."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What a message is about beyond names: an amount, words for why, and when something will be charged.

    What is still owed is known of a payment that was a part of what was asked for.
    """

    amount: Money | None = None
    owed: Money | None = None
    reason: str = ""
    next_attempt_at: Instant | None = None

    def encode(self) -> dict[str, object]:
        return {
            "amount": None if self.amount is None else self.amount.amount,
            "currency": None if self.amount is None else self.amount.currency.code,
            "owed": None if self.owed is None else self.owed.amount,
            "reason": self.reason,
            "nextAttemptAt": None if self.next_attempt_at is None else self.next_attempt_at.format_iso(),
        }

    @classmethod
    def decode(cls, data: Mapping[str, object]) -> "MessageFacts":
        amount, currency, next_attempt_at = data["amount"], data["currency"], data["nextAttemptAt"]
        owed = data.get("owed")
        return cls(
            owed=None if owed is None else Money(cast("int", owed), Currency(cast("str", currency))),
            amount=None if amount is None else Money(cast("int", amount), Currency(cast("str", currency))),
            reason=cast("str", data["reason"]),
            next_attempt_at=None if next_attempt_at is None else Instant.parse_iso(cast("str", next_attempt_at)),
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something a payer is told, once for each kind and cause, and what is known of it.

    It waits until `send_at`; while it is being sent, that is until when sending may take. Its id's suffix is the
    reference that mail servers and messengers see.
    """

    id: MessageId
    kind: MessageKind
    cause: str
    customer_id: CustomerId
    subscription_id: SubscriptionId | None
    invoice_id: InvoiceId | None
    facts: MessageFacts
    send_at: Instant | None
    created_at: Instant
    status: MessageStatus = MessageStatus.PENDING
    channel: Channel | None = None
    tries: int = 0
    outcome: str | None = None
    provider_id: str | None = None
    settled_at: Instant | None = None
    whatsapp_failed_at: Instant | None = None

    @property
    def tells_how_to_push(self) -> bool:
        """Say whether it is about a request for pushed money."""
        return self.cause.startswith(f"{PaymentRequestId.prefix}_")

    @property
    def reference(self) -> str:
        """The name of this message at mail servers and messengers."""
        return self.id.suffix


@final
@dataclass(frozen=True, slots=True)
class Letters:
    """The requests that the payer of an invoice was written before: how far on the last one was for each cause."""

    kinds: Mapping[str, MessageKind] = field(default_factory=dict[str, MessageKind])

    def next(self, number: int, *, is_last: bool) -> MessageKind:
        """Return the kind of the next one: as far on as the ones before at least."""
        if is_last or MessageKind.DUNNING_4 in self.kinds.values():
            return MessageKind.dunning(number, is_last=True)
        return max([MessageKind.dunning(number), *self.kinds.values()])


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """How a subscription goes on: whether and when it is charged next, if it can be, and how long its card is good."""

    status: SubscriptionStatus
    period_end: Instant
    is_ending: bool
    can_be_charged: bool
    card_expires_on: tuple[int, int] | None

    @property
    def is_going_on(self) -> bool:
        return self.status in {SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING} and not self.is_ending

    @property
    def is_over(self) -> bool:
        """Say whether nothing of it goes on any more."""
        return self.status in {SubscriptionStatus.CANCELED, SubscriptionStatus.EXPIRED}

    @property
    def has_card_expired_by_then(self) -> bool:
        """Say whether the saved card's month is over by the first instant of the next period (by UTC)."""
        on = self.period_end.to_stdlib()
        return self.card_expires_on is not None and self.card_expires_on < (on.year, on.month)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMatter:
    """What a message that asks for money is about, as it stands now: its case and what is still owed.

    It is asked anew where a later message asks for the same money. It can be pushed while a request for it is open.
    """

    state: DunningState
    is_paused: bool
    next_attempt_at: Instant | None
    owed: Money
    is_asked_anew: bool = False
    can_push: bool = False

    @property
    def is_open(self) -> bool:
        return self.state.is_open


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubject:
    """A message locked with whom it is for, in whose words, and with what has become of what it is about."""

    message: Message
    tenant_id: TenantId
    mode: Mode
    store_name: str
    reply_to: str | None
    customer_name: str | None
    email: str
    phone: str | None
    has_whatsapp_consent: bool
    zone: str
    plan_name: str | None
    letter: LetterWords | None
    whatsapp_template: str | None
    renewing: Renewing | None
    matter: OpenMatter | None
