from collections.abc import Mapping
from typing import Final, final

import httpx

_PATIENCE: Final = httpx.Timeout(10)


@final
class HttpReceiver:
    """The address that notices are posted to; only an answer from 200 to 299 accepts one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False)

    async def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            async with self._client.stream("POST", self._url, content=body, headers=dict(headers)) as answer:
                return answer.is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()
