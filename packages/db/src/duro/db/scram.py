import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final, Self, final

_ITERATIONS: Final = 4096


@final
@dataclass(frozen=True, slots=True)
class ScramVerifier:
    """What Postgres keeps of a password (RFC 5802, RFC 7677), made here so that the password stays out of its logs."""

    text: str

    @classmethod
    def of(cls, password: str) -> Self:
        """Derive with a fresh salt. Raise ValueError unless the password is printable ASCII (it needs no SASLprep)."""
        if not password or not all(" " <= character <= "~" for character in password):
            message = "A database role's password is printable ASCII."
            raise ValueError(message)
        salt = secrets.token_bytes(16)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        server = hmac.digest(salted, b"Server Key", "sha256")
        salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
        return cls(f"SCRAM-SHA-256${_ITERATIONS}:{salt_text}${stored_text}:{server_text}")
