import re
import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, final

from duro.kernel import Mode

_FORM: Final = re.compile(r"sk_(test|live)_[a-z2-7]{52}", re.ASCII)
_ENTROPY_BYTES: Final = 32
_SHOWN: Final = 4


class MalformedApiKeyError(ValueError):
    """The text is not a secret key; it isn't repeated, for it may be some other secret."""

    def __init__(self) -> None:
        super().__init__("Expected a secret key of the form sk_test_ or sk_live_ and 52 base32 characters.")


@final
@dataclass(frozen=True, slots=True)
class ApiKeySecret:
    """A merchant's secret key, shown once: `sk_`, its mode, and 256 random bits in base32. Only its digest is kept."""

    text: str = field(repr=False)
    mode: Mode

    @classmethod
    def mint(cls, mode: Mode) -> "ApiKeySecret":
        body = b32encode(secrets.token_bytes(_ENTROPY_BYTES)).decode("ascii").rstrip("=").lower()
        return cls(f"sk_{mode.value}_{body}", mode)

    @classmethod
    def parse(cls, text: str) -> "ApiKeySecret":
        """Read a key as a merchant sends it. Raise MalformedApiKeyError for any other text."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise MalformedApiKeyError
        return cls(text, Mode(form[1]))

    @property
    def digest(self) -> bytes:
        """The 32 bytes that are stored and looked up: plain SHA-256, for 256 random bits need no salt."""
        return sha256(self.text.encode("ascii")).digest()

    @property
    def hint(self) -> str:
        """What a person recognises the key by: its prefix and its last four characters."""
        return f"sk_{self.mode.value}_…{self.text[-_SHOWN:]}"
