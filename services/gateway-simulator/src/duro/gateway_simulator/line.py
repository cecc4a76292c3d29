import asyncio
from dataclasses import dataclass
from typing import Any, final

from litestar import Response
from whenever import TimeDelta

from duro.payments.simulated.error_wire import ErrorReply


@final
@dataclass(frozen=True, slots=True)
class Line:
    """The wire between callers and the issuer: how late requests arrive, and how long a silent one is held open."""

    latency: TimeDelta
    hold: TimeDelta
    is_hanging: bool

    async def carry(self) -> None:
        if self.latency:
            await asyncio.sleep(self.latency.total("seconds"))

    async def keep_silent(self) -> Response[Any]:
        """Hold the connection, as long as the caller's patience is meant to be tried, then let a proxy's answer go."""
        await asyncio.sleep(self.hold.total("seconds"))
        return Response(ErrorReply.of("gateway_timeout", "The issuer did not answer."), status_code=504)
