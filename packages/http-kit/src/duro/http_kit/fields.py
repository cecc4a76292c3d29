import re
from dataclasses import dataclass
from typing import Annotated, Final, final

from pydantic import BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from whenever import Instant

from duro.kernel import (
    Currency,
    CustomerId,
    DunningScheduleId,
    EntityId,
    EventId,
    InvoiceId,
    MalformedIdError,
    MessageId,
    PaymentAttemptId,
    PaymentMethodId,
    PlanId,
    RefundId,
    SubscriptionId,
    TestClockId,
    UnknownCurrencyError,
)

_INSTANT_FORM: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DIGITS: Final = re.compile(r"\d{1,9}", re.ASCII)
_FIRST: Final = Instant.from_utc(2000, 1, 1)
_LAST: Final = Instant.from_utc(2200, 1, 1)


@final
@dataclass(frozen=True, slots=True)
class IdRule:
    """Reads an id of one kind as it is written at the edge."""

    kind: type[EntityId]

    def __call__(self, value: object) -> EntityId:
        if not isinstance(value, str):
            message = "Expected a string."
            raise ValueError(message)
        return self.kind.parse(value)

    @classmethod
    def schema(cls, prefix: str) -> WithJsonSchema:
        return WithJsonSchema({"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"})


@final
class InstantRule:
    """Reads an instant of RFC 3339 with its offset, between the years 2000 and 2200."""

    @staticmethod
    def read(value: object) -> Instant:
        message = "Expected an instant such as 2026-01-31T09:00:00Z, from the year 2000 to 2200."
        if not isinstance(value, str) or _INSTANT_FORM.fullmatch(value) is None:
            raise ValueError(message)
        try:
            instant = Instant.parse_iso(value)
        except ValueError as error:
            raise ValueError(message) from error
        if not _FIRST <= instant < _LAST:
            raise ValueError(message)
        return instant


@final
class CurrencyRule:
    """Reads the code of a currency in use."""

    @staticmethod
    def read(value: object) -> Currency:
        if not isinstance(value, str):
            raise UnknownCurrencyError(str(value))
        return Currency(value)


@final
class IntegerTextRule:
    """Reads the digits of a query parameter, and leaves anything else for the integer's own rule to refuse."""

    @staticmethod
    def read(value: object) -> object:
        return int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value


PlanIdField = Annotated[PlanId, PlainValidator(IdRule(PlanId)), IdRule.schema("plan")]
CustomerIdField = Annotated[CustomerId, PlainValidator(IdRule(CustomerId)), IdRule.schema("cus")]
PaymentMethodIdField = Annotated[PaymentMethodId, PlainValidator(IdRule(PaymentMethodId)), IdRule.schema("pm")]
SubscriptionIdField = Annotated[SubscriptionId, PlainValidator(IdRule(SubscriptionId)), IdRule.schema("sub")]
InvoiceIdField = Annotated[InvoiceId, PlainValidator(IdRule(InvoiceId)), IdRule.schema("inv")]
TransactionIdField = Annotated[PaymentAttemptId, PlainValidator(IdRule(PaymentAttemptId)), IdRule.schema("txn")]
RefundIdField = Annotated[RefundId, PlainValidator(IdRule(RefundId)), IdRule.schema("rfd")]
DunningScheduleIdField = Annotated[DunningScheduleId, PlainValidator(IdRule(DunningScheduleId)), IdRule.schema("dun")]
MessageIdField = Annotated[MessageId, PlainValidator(IdRule(MessageId)), IdRule.schema("msg")]
EventIdField = Annotated[EventId, PlainValidator(IdRule(EventId)), IdRule.schema("evt")]
TestClockIdField = Annotated[TestClockId, PlainValidator(IdRule(TestClockId)), IdRule.schema("clk")]
InstantField = Annotated[
    Instant,
    PlainValidator(InstantRule.read),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339, from 2000 to 2200."}),
]
CurrencyField = Annotated[
    Currency,
    PlainValidator(CurrencyRule.read),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217, such as NGN."}),
]
AmountField = Annotated[int, Field(ge=0, lt=10**12, description="Minor units: 500000 NGN is ₦5,000.00.")]
ReasonField = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LimitField = Annotated[int, BeforeValidator(IntegerTextRule.read), Field(ge=1, le=100)]
NameField = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RefField = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:@+~-]+$")]
EmailField = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x20]{1,64}@[^@\s\x00-\x20]{1,189}$")
]
PhoneField = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
MetadataField = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=40)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(max_length=50),
]
__all__ = [
    "AmountField",
    "CurrencyField",
    "CurrencyRule",
    "CustomerIdField",
    "EmailField",
    "EventIdField",
    "IdRule",
    "InstantField",
    "InstantRule",
    "IntegerTextRule",
    "InvoiceIdField",
    "LimitField",
    "MalformedIdError",
    "MessageIdField",
    "MetadataField",
    "NameField",
    "PaymentMethodIdField",
    "PhoneField",
    "PlanIdField",
    "ReasonField",
    "RefField",
    "RefundIdField",
    "SubscriptionIdField",
    "TestClockIdField",
    "TransactionIdField",
]
