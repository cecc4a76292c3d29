import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Final, final

from whenever import Instant, TimeDelta

from duro.payments.inbound_webhook import BadSignature

_HEADER: Final = "simulated-signature"
_LONGEST_HEADER: Final = 1_000


@final
@dataclass(frozen=True, slots=True)
class WebhookSeal:
    """The simulated provider's signature: `t=<unix seconds>,v1=<hex HMAC-SHA512 of "t.body">` in one header.

    While a secret is being replaced, a header may carry one `v1` per secret.
    """

    secret: str = field(repr=False)

    def headers(self, body: bytes, *, at: Instant) -> dict[str, str]:
        second = at.timestamp(unit="second")
        return {"content-type": "application/json", _HEADER: f"t={second},v1={self._mark(second, body)}"}

    def refusal(
        self, headers: Mapping[str, str], body: bytes, *, now: Instant, tolerance: TimeDelta
    ) -> BadSignature | None:
        """Say why a request isn't the provider's, or not a recent one; None when it is both."""
        given = [value for name, value in headers.items() if name.lower() == _HEADER]
        if len(given) != 1 or len(given[0]) > _LONGEST_HEADER:
            return BadSignature("It carries no signature.")
        parts = [part.partition("=")[::2] for part in given[0].split(",")]
        seconds = [value for name, value in parts if name == "t"]
        if len(seconds) != 1 or not (seconds[0].isascii() and seconds[0].isdigit() and len(seconds[0]) < 12):
            return BadSignature("Its signature says no time.")
        second = int(seconds[0])
        mark = self._mark(second, body).encode()
        if not any(name == "v1" and hmac.compare_digest(mark, value.encode(errors="replace")) for name, value in parts):
            return BadSignature("Its signature doesn't match.")
        if abs(now.timestamp(unit="second") - second) > tolerance.total("seconds"):
            return BadSignature("It was signed too long ago.")
        return None

    def _mark(self, second: int, body: bytes) -> str:
        return hmac.new(self.secret.encode(), f"{second}.".encode() + body, sha512).hexdigest()
