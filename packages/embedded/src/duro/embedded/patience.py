import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Patience:
    """A wait with a limit, in seconds, for something that can only be asked about."""

    seconds: float
    step_seconds: float = 0.01

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> bool:
        """Ask until the answer is yes, or the limit has passed: then answer no."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds
        while not await condition():
            if loop.time() >= end:
                return False
            await asyncio.sleep(self.step_seconds)
        return True
