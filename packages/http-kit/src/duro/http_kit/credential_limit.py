from typing import cast, final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from duro.cache import RateLimiter
from duro.http_kit.principal import Principal
from duro.http_kit.rate_limit_headers import RateLimitHeaders
from duro.http_kit.rate_limits import RateLimits


@final
class CredentialLimitMiddleware(ASGIMiddleware):
    """Counts what a credential asks, once it is known whose it is."""

    def __init__(self, limiter: RateLimiter, limits: RateLimits) -> None:
        self.scopes = (ScopeType.HTTP,)
        self.exclude_opt_key = "public"
        self._limiter = limiter
        self._limits = limits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        limit = self._limits.credential
        if limit is not None:
            principal = cast("Principal", scope["state"]["principal"])
            subject = f"{principal.credential_class.value}:{principal.mode.value}:{principal.key_id}"
            RateLimitHeaders.keep(scope, await self._limiter.check(subject, limit))
        await next_app(scope, receive, send)
