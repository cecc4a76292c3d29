import hmac
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class PersonKeys:
    """Digests by which a person is known to all merchants together, and by nobody who lacks the key."""

    secret: bytes = field(repr=False)

    def of(self, *, email: str, phone: str | None) -> tuple[bytes, ...]:
        """Give one for each way to the person: whoever reaches them on either has reached them."""
        ways = [f"email:{email.casefold()}", *([] if phone is None else [f"phone:{phone}"])]
        return tuple(hmac.digest(self.secret, way.encode(), "sha256") for way in ways)
