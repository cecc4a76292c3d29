import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, final

from litestar import Litestar

from duro.gateway_simulator.http_receiver import HttpReceiver
from duro.payments.simulated import SimulatedPushBank, WebhookCourier

_PAUSE_SECONDS: Final = 0.05


@final
class NoticeLoop:
    """Lets late payers pay and sends the notices that are due, for as long as the service runs."""

    def __init__(self, *, pushes: SimulatedPushBank, courier: WebhookCourier, receiver: HttpReceiver) -> None:
        self._pushes = pushes
        self._courier = courier
        self._receiver = receiver

    @asynccontextmanager
    async def lifespan(self, _: Litestar) -> AsyncGenerator[None]:
        running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self._receiver.close()

    async def _run(self) -> None:
        while True:
            if not await self._turn():
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _turn(self) -> int:
        try:
            await self._pushes.let_payers_act()
            return await self._courier.send_due()
        except Exception:
            logging.getLogger(__name__).exception("Notices could not be sent.")
            return 0
