import asyncio
from collections.abc import Sequence
from typing import Final, final

from redis import exceptions
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from duro.cache.outage import Outage
from duro.cache.script import Script

_PAUSE_SECONDS: Final = 1.0


class CacheLostError(Exception):
    """The server didn't answer in time; whoever asked goes on without it."""


@final
class CacheServer:
    """The Redis or Valkey behind limits and cache: `redis://`, `rediss://`, or `unix:///path/to.sock?db=0`.

    It has half a second to answer. One that doesn't is left alone for a second, so that its loss costs a request time
    once, and not with every step. It is asked over one connection, one thing at a time: that is faster than many
    connections are, and whoever has many questions at once sends them together.
    """

    def __init__(self, url: str, *, seconds: float = 0.5) -> None:
        pool = ConnectionPool.from_url(
            url,
            retry=Retry(ExponentialBackoff(cap=0.02, base=0.01), 1),
            retry_on_error=[exceptions.ConnectionError],
        )
        self._client = Redis(connection_pool=pool, single_connection_client=True)
        self._seconds = seconds
        self._outage = Outage(pause_seconds=_PAUSE_SECONDS)
        self._turn = asyncio.Lock()

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes | int]) -> object:
        """Run a program. Raise CacheLostError when there is no answer in time."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            if self._outage.is_on(loop.time()):
                raise CacheLostError
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await self._run(script, keys, arguments)
            except (exceptions.RedisError, OSError) as error:
                self._outage.begin(loop.time(), error)
                raise CacheLostError from error
        self._outage.end()
        return answer

    async def _run(self, script: Script, keys: Sequence[str], arguments: Sequence[str | bytes | int]) -> object:
        try:
            return await self._client.evalsha(script.digest, len(keys), *keys, *arguments)
        except exceptions.NoScriptError:
            return await self._client.eval(script.text, len(keys), *keys, *arguments)

    async def close(self) -> None:
        await self._client.aclose(close_connection_pool=True)
