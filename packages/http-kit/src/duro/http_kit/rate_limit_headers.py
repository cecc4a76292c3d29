from typing import Final, cast, final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from duro.cache import RateVerdict
from duro.http_kit.refusals import RateLimitedError

_VERDICT: Final = "rate_verdict"


@final
class RateLimitHeaders:
    """Tells every caller, whatever the answer, what is left of the limit that was asked last."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            verdict = cast("RateVerdict | None", scope["state"].get(_VERDICT))
            if message["type"] == "http.response.start" and verdict is not None:
                message["headers"] = [*message.get("headers", ()), *self._headers(verdict)]
            await send(message)

        await self._inner(scope, receive, send_counted)

    @staticmethod
    def keep(scope: Scope, verdict: RateVerdict | None) -> None:
        """Note the verdict for the headers. Raise RateLimitedError when it is no."""
        if verdict is None:
            return
        scope["state"][_VERDICT] = verdict
        if verdict.retry_after_seconds is not None:
            raise RateLimitedError(retry_after_seconds=verdict.retry_after_seconds)

    @staticmethod
    def _headers(verdict: RateVerdict) -> list[tuple[bytes, bytes]]:
        numbers = {
            b"ratelimit-limit": verdict.limit.burst,
            b"ratelimit-remaining": verdict.remaining,
            b"ratelimit-reset": verdict.reset_seconds,
        }
        return [(name, str(number).encode("ascii")) for name, number in numbers.items()]
