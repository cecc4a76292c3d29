from typing import Final, final
from uuid import uuid4

from litestar.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


@final
class RequestIdentity:
    """The outermost layer: names every request, and gives every answer that name and its safety headers."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request_id = f"req_{uuid4().hex}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                sent = {name.lower() for name, _ in headers}
                headers.append((b"request-id", request_id.encode("ascii")))
                headers.extend(pair for pair in _HEADERS if pair[0] not in sent)
                message["headers"] = headers
            await send(message)

        await self._inner(scope, receive, send_named)
