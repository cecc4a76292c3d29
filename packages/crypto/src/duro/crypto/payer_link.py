import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from struct import Struct
from typing import ClassVar, Final, TypeAlias, cast, final
from uuid import UUID

from whenever import Instant

from duro.kernel import DomainError, ErrorKind, InvoiceId, Mode, SubscriptionId, TenantId

LinkSubject: TypeAlias = InvoiceId | SubscriptionId

_SUBJECTS: Final[tuple[type[LinkSubject], ...]] = (InvoiceId, SubscriptionId)
_MODES: Final = (Mode.TEST, Mode.LIVE)


class LinkPurpose(StrEnum):
    """What a payer may do who opens a link."""

    PAY = "pay"
    UPDATE = "update"


@final
class InvalidLinkError(DomainError):
    """Nobody here has given that link, or it was good until a while ago."""

    def __init__(self) -> None:
        super().__init__("invalid_link", ErrorKind.FORBIDDEN, "This link isn't good, or not any more.")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PayerLink:
    """What whoever holds a link may do, about what of which merchant, and until when, to the second."""

    purpose: LinkPurpose
    mode: Mode
    tenant_id: TenantId
    subject: LinkSubject
    expires_at: Instant

    def require_good(self, *, at: Instant) -> None:
        """Raise InvalidLinkError from the instant on at which it ends."""
        if self.expires_at <= at:
            raise InvalidLinkError


@final
class LinkSigner:
    """Makes the tokens of payers' links, which nobody can guess or change, and reads them.

    A token is 74 characters of an address: 39 bytes that say what it is for, and the first 16 of their HMAC-SHA-256.
    The first key signs; the others are good as well, while a key is being replaced.
    """

    _FORM: ClassVar[Struct] = Struct(">BBB16s16sI")
    _VERSION: ClassVar[bytes] = b"duro payer link 1\x00"
    _SEAL_BYTES: ClassVar[int] = 16
    _PURPOSES: ClassVar[tuple[LinkPurpose, ...]] = (LinkPurpose.PAY, LinkPurpose.UPDATE)

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def sign(self, link: PayerLink) -> str:
        """Give the token; it says nothing new for the same link."""
        words = self._FORM.pack(
            self._PURPOSES.index(link.purpose),
            _MODES.index(link.mode),
            _SUBJECTS.index(type(link.subject)),
            link.tenant_id.value.bytes,
            link.subject.value.bytes,
            int(link.expires_at.timestamp()),
        )
        return self._text(words + self._seal(words, self._keys[0]))

    def read(self, token: str, *, now: Instant) -> PayerLink:
        """Read a token. Raise InvalidLinkError unless one of our keys has signed exactly it, and for later than now."""
        link = self.opened(token)
        link.require_good(at=now)
        return link

    def opened(self, token: str) -> PayerLink:
        """Read a token whenever it ends: whose clock its end goes by is known once it is read.

        Raise InvalidLinkError unless one of our keys has signed exactly it.
        """
        sealed = self._bytes(token)
        words, seal = sealed[: self._FORM.size], sealed[self._FORM.size :]
        good = [hmac.compare_digest(seal, self._seal(words, key)) for key in self._keys]
        if not any(good) or self._text(sealed) != token:
            raise InvalidLinkError
        purpose, mode, kind, tenant, subject, seconds = cast(
            "tuple[int, int, int, bytes, bytes, int]", self._FORM.unpack(words)
        )
        return PayerLink(
            purpose=self._PURPOSES[purpose],
            mode=_MODES[mode],
            tenant_id=TenantId(UUID(bytes=tenant)),
            subject=_SUBJECTS[kind](UUID(bytes=subject)),
            expires_at=Instant.from_timestamp(seconds, unit="second"),
        )

    @classmethod
    def _seal(cls, words: bytes, key: bytes) -> bytes:
        return hmac.digest(key, cls._VERSION + words, "sha256")[: cls._SEAL_BYTES]

    @staticmethod
    def _text(sealed: bytes) -> str:
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    @classmethod
    def _bytes(cls, token: str) -> bytes:
        if len(token) > 100 or not token.isascii():
            raise InvalidLinkError
        try:
            sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raise InvalidLinkError from None
        if len(sealed) != cls._FORM.size + cls._SEAL_BYTES:
            raise InvalidLinkError
        return sealed
