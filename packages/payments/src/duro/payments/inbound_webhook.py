from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from duro.payments.notices import Notice


@final
@dataclass(frozen=True, slots=True)
class VerifiedNotices:
    """What a provider told, genuinely and lately: it may have been told before, and out of order.

    A notice whose event id was seen before is a repeat.
    """

    notices: tuple[Notice, ...]


@final
@dataclass(frozen=True, slots=True)
class BadSignature:
    """Nobody knows who sent this, or it was sent too long ago: it is refused and believed in nothing."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class Malformed:
    """The provider signed it, but it can't be read as what it says it is: it is kept for a person to look at."""

    reason: str


Verification: TypeAlias = VerifiedNotices | BadSignature | Malformed


class NoticeReader(Protocol):
    """How the body of one provider's notices is read, once it is known to be theirs; it raises for none."""

    @property
    def name(self) -> str:
        """The provider's stable name, the same as its charge gateway's."""
        ...

    def read(self, body: bytes) -> VerifiedNotices | Malformed:
        """Read a body exactly as it came; the caller knows that it was verified then."""
        ...


class InboundWebhook(Protocol):
    """How one provider's notices are told from forgeries and read; it raises for nothing that anybody can send."""

    @property
    def name(self) -> str:
        """The provider's stable name, the same as its charge gateway's."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verification:
        """Judge a request by its headers, whatever the case of their names, and its body exactly as it came."""
        ...
