"""The words everybody speaks: money, ids, time, modes and errors."""

from duro.kernel.clock import Clock, FrozenClock
from duro.kernel.environment import Environment
from duro.kernel.errors import ConflictError, DomainError, ErrorKind, Fault, InvalidInputError, NotFoundError
from duro.kernel.ids import (
    AdvanceId,
    ApiKeyId,
    CreditGrantId,
    CustomerId,
    DunningScheduleId,
    EntityId,
    EventId,
    IdFactory,
    InvoiceId,
    MalformedIdError,
    MessageId,
    PaymentAttemptId,
    PaymentMethodId,
    PendingLineId,
    PlanId,
    PromoCodeId,
    RefundId,
    SubscriptionId,
    TenantId,
    TestClockId,
)
from duro.kernel.mode import Mode
from duro.kernel.money import Currency, CurrencyMismatchError, Money, UnknownCurrencyError
from duro.kernel.period import Period

__all__ = [
    "AdvanceId",
    "ApiKeyId",
    "Clock",
    "ConflictError",
    "CreditGrantId",
    "Currency",
    "CurrencyMismatchError",
    "CustomerId",
    "DomainError",
    "DunningScheduleId",
    "EntityId",
    "Environment",
    "ErrorKind",
    "EventId",
    "Fault",
    "FrozenClock",
    "IdFactory",
    "InvalidInputError",
    "InvoiceId",
    "MalformedIdError",
    "MessageId",
    "Mode",
    "Money",
    "NotFoundError",
    "PaymentAttemptId",
    "PaymentMethodId",
    "PendingLineId",
    "Period",
    "PlanId",
    "PromoCodeId",
    "RefundId",
    "SubscriptionId",
    "TenantId",
    "TestClockId",
    "UnknownCurrencyError",
]
