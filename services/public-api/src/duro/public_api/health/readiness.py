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
        return all(await asyncio.gather(*(pool.is_answering(seconds=_SECONDS) for pool in self._pools)))
