import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol, final

from duro.kernel import Clock
from duro.payments.simulated.rails.page import RailLedger, RailPage
from duro.payments.simulated.webhooks.deliveries import NoticeDelivery, RetryPlan
from duro.payments.simulated.webhooks.seal import WebhookSeal

_AT_ONCE: Final = 8
_BATCH: Final = 200


class NoticeReceiver(Protocol):
    """Where notices are sent."""

    async def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether the notice was accepted; raise nothing."""
        ...


@final
class WebhookCourier:
    """Sends what is due, signed at the moment of sending, and again until it is accepted or patience ends."""

    def __init__(
        self, ledger: RailLedger, *, receiver: NoticeReceiver, seal: WebhookSeal, clock: Clock, retries: RetryPlan
    ) -> None:
        self._ledger = ledger
        self._receiver = receiver
        self._seal = seal
        self._clock = clock
        self._retries = retries
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def send_due(self) -> int:
        """Send once everything that is due now; return how much that was."""
        now = self._clock.now()
        due = await self._ledger.change(lambda page: page.deliveries.due(now, limit=_BATCH))
        await asyncio.gather(*(self._send(delivery) for delivery in due))
        return len(due)

    async def _send(self, delivery: NoticeDelivery) -> None:
        async with self._gate:
            body = delivery.body.encode()
            is_accepted = await self._receiver.receive(self._seal.headers(body, at=self._clock.now()), body)
        now = self._clock.now()
        after = delivery.accepted() if is_accepted else delivery.refused(now, self._retries)
        await self._ledger.change(partial(self._keep, after))

    @staticmethod
    def _keep(delivery: NoticeDelivery, page: RailPage) -> None:
        page.deliveries.put(delivery)
