import ssl
from dataclasses import dataclass
from typing import Final, TypeVar, final

import httpx
import msgspec

from duro.payments.charges import Unknown
from duro.payments.simulated.error_wire import ErrorReply
from duro.payments.simulated.json_text import JsonText

_LARGEST_BODY: Final = 65_536
_CONNECTIONS: Final = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30)
_FOUND: Final = frozenset({200})
Shape = TypeVar("Shape", bound=msgspec.Struct)


@final
@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider's server said, before anybody believes it."""

    status: int
    body: bytes

    def read(self, shape: type[Shape], statuses: frozenset[int] = _FOUND) -> Shape | Unknown:
        """Believe an answer that has one of these statuses and that shape."""
        if self.status not in statuses:
            return Unknown(f"The simulated provider answered with status {self.status}.")
        try:
            return JsonText.read(self.body, shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Unknown(f"The answer with status {self.status} can't be read.")

    def says(self, status: int, code: str) -> bool:
        """Say whether the answer is this problem, in the provider's own words."""
        answer = self.read(ErrorReply, frozenset({status}))
        return isinstance(answer, ErrorReply) and answer.error.code == code


@final
class HttpShard:
    """A few connections to a provider; it follows no redirect, asks no proxy and reads at most 64 KiB of an answer."""

    def __init__(self, *, base_url: str, timeout_seconds: float, trust: ssl.SSLContext) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout_seconds,
            verify=trust,
            limits=_CONNECTIONS,
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json"},
        )
        self._in_flight = 0

    @property
    def in_flight(self) -> int:
        return self._in_flight

    async def converse(self, method: str, path: str, body: msgspec.Struct | None) -> Reply | Unknown:
        """Send one request and read its reply; raises what httpx raises."""
        content = None if body is None else JsonText.write(body)
        headers = {} if body is None else {"content-type": "application/json"}
        self._in_flight += 1
        try:
            async with self._client.stream(method, path, content=content, headers=headers) as response:
                received = bytearray()
                async for chunk in response.aiter_bytes():
                    received += chunk
                    if len(received) > _LARGEST_BODY:
                        return Unknown(f"The answer to {method} {path} is longer than {_LARGEST_BODY} bytes.")
                return Reply(response.status_code, bytes(received))
        finally:
            self._in_flight -= 1

    async def close(self) -> None:
        await self._client.aclose()
