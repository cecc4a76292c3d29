import asyncio
from operator import attrgetter
from typing import Final, Literal, final

import httpx
import msgspec

from duro.payments.charges import Unknown
from duro.payments.simulated.http_shard import HttpShard, Reply

_SHARDS: Final = 32


@final
class HttpExchange:
    """One request and its reply within a time limit for the whole of it; whatever goes wrong on the way is `Unknown`.

    It holds up to 16 connections in each of its shards and sends by the least busy one: httpx looks through a whole
    pool for every request, so that one large pool costs several times the work at a hundred requests in flight.
    """

    def __init__(self, *, base_url: str, timeout_seconds: float, shards: int = _SHARDS) -> None:
        self._timeout_seconds = timeout_seconds
        trust = httpx.create_ssl_context()
        self._shards = tuple(
            HttpShard(base_url=base_url, timeout_seconds=timeout_seconds, trust=trust) for _ in range(shards)
        )

    async def send(
        self, method: Literal["GET", "POST"], path: str, body: msgspec.Struct | None = None
    ) -> Reply | Unknown:
        shard = min(self._shards, key=attrgetter("in_flight"))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await shard.converse(method, path, body)
        except (TimeoutError, httpx.TimeoutException):
            return Unknown(f"No answer to {method} {path} within {self._timeout_seconds:g} s.")
        except httpx.HTTPError as failure:
            return Unknown(f"{method} {path} failed on the way: {type(failure).__name__}.")

    async def close(self) -> None:
        await asyncio.gather(*(shard.close() for shard in self._shards))
