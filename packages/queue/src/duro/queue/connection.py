from dataclasses import dataclass
from typing import Final, final

from redis import exceptions
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

_LONGEST_BLOCKING_POP_SECONDS: Final = 10


@final
@dataclass(frozen=True, slots=True)
class RedisConnector:
    """Opens pools to one Redis or Valkey: `redis://`, `rediss://`, or `unix:///path/to.sock?db=0`.

    The socket time-out is three times the longest blocking pop a worker makes, else idle workers would be cut off;
    a lost server is given up after about a second, so that whoever asked decides how to go on. A client is closed by
    whoever opened it, with `close`: what borrows it can't cut off a command that is under way.
    """

    url: str

    def open(self) -> Redis:
        pool = ConnectionPool.from_url(
            self.url,
            decode_responses=True,
            retry=Retry(ExponentialBackoff(cap=0.4, base=0.05), 3),
            retry_on_error=[exceptions.BusyLoadingError, exceptions.ConnectionError, exceptions.TimeoutError],
            socket_timeout=3 * _LONGEST_BLOCKING_POP_SECONDS,
            socket_connect_timeout=5,
        )
        return Redis(connection_pool=pool)

    async def close(self, client: Redis) -> None:
        await client.aclose(close_connection_pool=True)
