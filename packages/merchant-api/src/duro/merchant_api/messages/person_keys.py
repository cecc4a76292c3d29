import hmac
from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.kernel import Environment

_SHORTEST_KEY: Final = 32
_DEVELOPMENT_KEY: Final = "people are counted with this key while developing"


@final
@dataclass(frozen=True, slots=True)
class PersonKeys:
    """Digests by which a person is known to all merchants together, and by nobody who lacks the key."""

    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, read: Environment, *, is_development: bool) -> Self:
        """Read DURO_PERSON_KEY; every fault is left with the environment."""
        key = read.text("DURO_PERSON_KEY", _DEVELOPMENT_KEY) if is_development else read.required("DURO_PERSON_KEY")
        if key and len(key) < _SHORTEST_KEY:
            read.refuse("DURO_PERSON_KEY", f"has at least {_SHORTEST_KEY} characters")
        return cls(key.encode())

    def of(self, *, email: str, phone: str | None) -> tuple[bytes, ...]:
        """Give one for each way to the person: whoever reaches them on either has reached them."""
        return (self._key(f"email:{email.casefold()}"), *(() if phone is None else (self.of_phone(phone),)))

    def of_phone(self, phone: str) -> bytes:
        return self._key(f"phone:{phone}")

    def _key(self, way: str) -> bytes:
        return hmac.digest(self.secret, way.encode(), "sha256")
