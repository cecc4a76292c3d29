import asyncio
from dataclasses import dataclass
from typing import Final, Literal, final

import httpx
import msgspec

from duro.payments.charges import Unknown

_LARGEST_BODY: Final = 65_536
_CONNECTIONS: Final = httpx.Limits(max_connections=512, max_keepalive_connections=256, keepalive_expiry=30)


@final
@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider's server said, before anybody believes it."""

    status: int
    body: bytes


@final
class HttpExchange:
    """One request and its reply within a time limit for the whole of it; whatever goes wrong on the way is `Unknown`.

    It follows no redirect, asks no proxy and reads at most 64 KiB.
    """

    def __init__(self, *, base_url: str, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout_seconds,
            limits=_CONNECTIONS,
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json"},
        )

    async def send(
        self, method: Literal["GET", "POST"], path: str, body: msgspec.Struct | None = None
    ) -> Reply | Unknown:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._converse(method, path, body)
        except (TimeoutError, httpx.TimeoutException):
            return Unknown(f"No answer to {method} {path} within {self._timeout_seconds:g} s.")
        except httpx.HTTPError as failure:
            return Unknown(f"{method} {path} failed on the way: {type(failure).__name__}.")

    async def close(self) -> None:
        await self._client.aclose()

    async def _converse(self, method: str, path: str, body: msgspec.Struct | None) -> Reply | Unknown:
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"content-type": "application/json"}
        async with self._client.stream(method, path, content=content, headers=headers) as response:
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > _LARGEST_BODY:
                    return Unknown(f"The answer to {method} {path} is longer than {_LARGEST_BODY} bytes.")
            return Reply(response.status_code, bytes(received))
