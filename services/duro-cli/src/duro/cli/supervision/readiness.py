import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class ReadinessProbe:
    """Asks whether something accepts connections on a port of this machine."""

    host: str
    port: int
    timeout_seconds: float = 1.0

    async def answers(self) -> bool:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                _, writer = await asyncio.open_connection(self.host, self.port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True
