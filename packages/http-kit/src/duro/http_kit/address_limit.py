from typing import cast, final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from duro.cache import RateLimiter
from duro.http_kit.client_address import ClientAddress
from duro.http_kit.rate_limit_headers import RateLimitHeaders
from duro.http_kit.rate_limits import RateLimits


@final
class AddressLimitMiddleware(ASGIMiddleware):
    """Counts what an address asks before anybody looks at its credential, except of routes marked `unlimited`."""

    def __init__(self, limiter: RateLimiter, limits: RateLimits) -> None:
        self.scopes = (ScopeType.HTTP,)
        self.exclude_opt_key = "unlimited"
        self._limiter = limiter
        self._limits = limits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        limit = self._limits.address
        address = ClientAddress.of(cast("HTTPScope", scope), self._limits.proxies)
        if limit is not None and address is not None:
            verdict = await self._limiter.check(f"address:{address.text}", limit)
            RateLimitHeaders.keep(scope, verdict)
        await next_app(scope, receive, send)
