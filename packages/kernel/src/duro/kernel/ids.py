from dataclasses import dataclass
from typing import ClassVar, Protocol, Self, TypeVar
from uuid import UUID

from whenever import Instant

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_CHARACTERS = frozenset(_ALPHABET)
_LENGTH = 26
_MAXIMUM = (1 << 128) - 1
_WITH_TIME = 7


class MalformedIdError(ValueError):
    """The text is not an id of the expected kind."""

    def __init__(self, text: str, prefix: str) -> None:
        super().__init__(f"Expected an id of the form {prefix}_ and 26 base32 characters.")
        self.text = text
        self.prefix = prefix


@dataclass(frozen=True, slots=True, order=True)
class EntityId:
    """A uuid that knows what it names; at the edge it is written as a TypeID, `prefix_` + 26 base32 characters."""

    value: UUID
    prefix: ClassVar[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the TypeID form. Raise MalformedIdError for any other text, another prefix included."""
        prefix, separator, suffix = text.rpartition("_")
        if not separator or prefix != cls.prefix:
            raise MalformedIdError(text, cls.prefix)
        return cls.from_suffix(suffix)

    @classmethod
    def from_suffix(cls, suffix: str) -> Self:
        """Read the bare 26 characters, as a charge reference carries them."""
        if len(suffix) != _LENGTH or not _CHARACTERS.issuperset(suffix):
            raise MalformedIdError(suffix, cls.prefix)
        number = int(suffix.translate(_DIGITS), 32)
        if number > _MAXIMUM:
            raise MalformedIdError(suffix, cls.prefix)
        return cls(UUID(int=number))

    @property
    def suffix(self) -> str:
        """The bare 26 base32 characters."""
        number = self.value.int
        return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])

    @property
    def made_at(self) -> Instant | None:
        """When it was made, to the millisecond, in real time whatever its row lives by; None where it doesn't say.

        A uuid of version 7 does (RFC 9562).
        """
        if self.value.version != _WITH_TIME:
            return None
        return Instant.from_timestamp(self.value.int >> 80, unit="millisecond")

    def __str__(self) -> str:
        return f"{self.prefix}_{self.suffix}"


class TenantId(EntityId):
    """A merchant's account."""

    __slots__ = ()
    prefix = "ten"


class ApiKeyId(EntityId):
    """A credential of a tenant; the secret itself is never stored."""

    __slots__ = ()
    prefix = "key"


class PlanId(EntityId):
    """A plan."""

    __slots__ = ()
    prefix = "plan"


class CustomerId(EntityId):
    """A customer of one tenant."""

    __slots__ = ()
    prefix = "cus"


class PaymentMethodId(EntityId):
    """A saved way to pay."""

    __slots__ = ()
    prefix = "pm"


class SubscriptionId(EntityId):
    """A subscription."""

    __slots__ = ()
    prefix = "sub"


class InvoiceId(EntityId):
    """An invoice."""

    __slots__ = ()
    prefix = "inv"


class PaymentAttemptId(EntityId):
    """One attempt to collect an invoice; its suffix is the reference the provider sees."""

    __slots__ = ()
    prefix = "txn"


class RefundId(EntityId):
    """Money going back; its suffix is the reference the provider sees."""

    __slots__ = ()
    prefix = "rfd"


class CreditGrantId(EntityId):
    """Credit that a balance got, or lost, by somebody's decision."""

    __slots__ = ()
    prefix = "crd"


class DunningScheduleId(EntityId):
    """A recovery case."""

    __slots__ = ()
    prefix = "dun"


class PromoCodeId(EntityId):
    """A code that takes something off a price."""

    __slots__ = ()
    prefix = "promo"


class PendingLineId(EntityId):
    """An amount that waits for the next invoice."""

    __slots__ = ()
    prefix = "pli"


class AdvanceId(EntityId):
    """One call that moves a test clock on."""

    __slots__ = ()
    prefix = "adv"


class TestClockId(EntityId):
    """A clock of test mode that moves when it is told to."""

    __slots__ = ()
    __test__ = False
    prefix = "clk"


class MessageId(EntityId):
    """Something a person is told; its suffix is the reference that mail servers and messengers see."""

    __slots__ = ()
    prefix = "msg"


class PaymentRequestId(EntityId):
    """A payer asked to push money; its suffix is the reference the provider sees."""

    __slots__ = ()
    prefix = "prq"


class IncomingPaymentId(EntityId):
    """Money that came without a charge of ours."""

    __slots__ = ()
    prefix = "inp"


class AllocationId(EntityId):
    """A part of an incoming payment and what it paid."""

    __slots__ = ()
    prefix = "alc"


class EventId(EntityId):
    """Something that happened, as merchants are told of it."""

    __slots__ = ()
    prefix = "evt"


AnyId = TypeVar("AnyId", bound=EntityId)


class IdFactory(Protocol):
    """Makes new ids that sort by the time they were made (uuid version 7)."""

    def new(self, kind: type[AnyId]) -> AnyId: ...
