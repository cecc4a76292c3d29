from collections.abc import Sequence

from redis.asyncio.retry import Retry

class ConnectionPool:
    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        decode_responses: bool = False,
        retry: Retry | None = None,
        retry_on_error: Sequence[type[Exception]] | None = None,
        socket_timeout: float | None = None,
        socket_connect_timeout: float | None = None,
    ) -> ConnectionPool: ...

class Redis:
    def __init__(self, *, connection_pool: ConnectionPool) -> None: ...
    @classmethod
    def from_url(cls, url: str, *, decode_responses: bool = False) -> Redis: ...
    async def ping(self) -> bool: ...
    async def flushall(self) -> bool: ...
    async def flushdb(self) -> bool: ...
    async def aclose(self, close_connection_pool: bool | None = None) -> None: ...
