import asyncio
from collections.abc import Sequence
from typing import Final, final

from duro.db import DatabasePool

_SECONDS: Final = 2.0


@final
class Readiness:
    """Whether the service can do its work: every database answers within two seconds."""

    def __init__(self, pools: Sequence[DatabasePool]) -> None:
        self._pools = pools

    async def holds(self) -> bool:
        try:
            async with asyncio.timeout(_SECONDS):
                for pool in self._pools:
                    async with pool.acquire() as connection:
                        await connection.fetchval("select 1")
        except Exception:
            return False
        return True
