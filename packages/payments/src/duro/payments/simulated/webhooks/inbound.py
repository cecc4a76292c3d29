from collections.abc import Mapping, Sequence
from typing import Final, final

from whenever import TimeDelta

from duro.kernel import Clock
from duro.payments.inbound_webhook import BadSignature, Verification
from duro.payments.simulated.webhooks.reader import SimulatedNoticeReader
from duro.payments.simulated.webhooks.seal import WebhookSeal

_TOLERANCE: Final = TimeDelta(minutes=5)
_LARGEST_BODY: Final = 65_536


@final
class SimulatedInboundWebhooks:
    """The simulated provider's notices, told from forgeries by any of the secrets it may sign with at the moment."""

    def __init__(self, secrets: Sequence[str], *, clock: Clock, tolerance: TimeDelta = _TOLERANCE) -> None:
        if not secrets or not all(secrets):
            message = "Notices can't be told from forgeries without a secret."
            raise ValueError(message)
        self._seals = tuple(WebhookSeal(secret) for secret in secrets)
        self._reader = SimulatedNoticeReader()
        self._clock = clock
        self._tolerance = tolerance

    @property
    def name(self) -> str:
        return self._reader.name

    def verify(self, headers: Mapping[str, str], body: bytes) -> Verification:
        if len(body) > _LARGEST_BODY:
            return BadSignature(f"It is longer than {_LARGEST_BODY} bytes.")
        refusal = self._refusal(headers, body)
        if refusal is not None:
            return refusal
        return self._reader.read(body)

    def _refusal(self, headers: Mapping[str, str], body: bytes) -> BadSignature | None:
        now = self._clock.now()
        refusals = [seal.refusal(headers, body, now=now, tolerance=self._tolerance) for seal in self._seals]
        return None if None in refusals else refusals[0]
