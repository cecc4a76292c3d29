import hmac
from dataclasses import dataclass, field
from typing import Final, Self, final

from duro.db.records import Customer
from duro.db.repositories import Repositories
from duro.kernel import Environment, Mode

_SHORTEST_KEY: Final = 32
_DEVELOPMENT_KEY: Final = "cards are told apart with this key while developing"


@final
@dataclass(frozen=True, slots=True)
class CardKeys:
    """Digests by which a card is known to all merchants together, and by nobody who lacks the key.

    The numbers of test cards are everybody's: in test mode a card is one among the customers of one merchant who live
    by the same clock, so that nobody's tests use up another's budgets.
    """

    secret: bytes = field(repr=False)

    @classmethod
    def for_development(cls) -> Self:
        """Use a key that everybody knows."""
        return cls(_DEVELOPMENT_KEY.encode())

    @classmethod
    def read(cls, read: Environment, *, is_development: bool) -> Self:
        """Read DURO_CARD_KEY, which has a usual value in development; a fault is left with the environment."""
        key = read.text("DURO_CARD_KEY", _DEVELOPMENT_KEY) if is_development else read.required("DURO_CARD_KEY")
        if key and len(key) < _SHORTEST_KEY:
            read.refuse("DURO_CARD_KEY", f"has at least {_SHORTEST_KEY} characters")
        return cls(key.encode())

    def of(self, repos: Repositories, customer: Customer, *, provider: str, fingerprint: str) -> bytes:
        """Give the 32 bytes of a customer's card, as their transaction sees it."""
        parts = [provider.encode(), fingerprint.encode()]
        if repos.session.mode is Mode.TEST:
            clock = customer.test_clock_id
            parts += [repos.session.tenant_id.value.bytes, b"" if clock is None else clock.value.bytes]
        told = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(self.secret, told, "sha256")
