import asyncio
from typing import final

from redis.exceptions import RedisError

from duro.queue.connection import RedisConnector


@final
class RedisProbe:
    """Asks the queue's server for a sign of life."""

    def __init__(self, redis_url: str, *, seconds: float = 2.0) -> None:
        self._connector = RedisConnector(redis_url)
        self._client = self._connector.open()
        self._seconds = seconds

    async def is_reachable(self) -> bool:
        try:
            async with asyncio.timeout(self._seconds):
                await self._client.ping()
        except (RedisError, OSError):
            return False
        return True

    async def close(self) -> None:
        await self._connector.close(self._client)
