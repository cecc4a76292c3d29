from typing import Final, cast, final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from duro.cache import RateLimit, RateLimiter
from duro.crypto import ApiKeySecret, MalformedApiKeyError
from duro.http_kit.client_address import ClientAddress
from duro.http_kit.rate_limit_headers import RateLimitHeaders
from duro.http_kit.rate_limits import RateLimits

_AUTHORIZATION: Final = b"authorization"


@final
class RateLimitMiddleware(ASGIMiddleware):
    """Counts what an address and a credential ask, in one step, before anybody looks whose the credential is.

    Routes marked `unlimited` are left out. A credential is counted by its digest: one that nobody has costs no look-up
    beyond its limit either. Told is what is left to the credential, or to the address when it shows none.
    """

    def __init__(self, limiter: RateLimiter, limits: RateLimits) -> None:
        self.scopes = (ScopeType.HTTP,)
        self.exclude_opt_key = "unlimited"
        self._limiter = limiter
        self._limits = limits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        subjects = self._subjects(cast("HTTPScope", scope))
        if subjects:
            for verdict in await self._limiter.check_all(subjects):
                RateLimitHeaders.keep(scope, verdict)
        await next_app(scope, receive, send)

    def _subjects(self, scope: HTTPScope) -> dict[str, RateLimit]:
        subjects: dict[str, RateLimit] = {}
        address = ClientAddress.of(scope, self._limits.proxies)
        if self._limits.address is not None and address is not None:
            subjects[f"address:{address.text}"] = self._limits.address
        digest = self._digest(scope)
        if self._limits.credential is not None and digest is not None:
            subjects[f"credential:{digest.hex()}"] = self._limits.credential
        return subjects

    @staticmethod
    def _digest(scope: HTTPScope) -> bytes | None:
        """Name the credential that is shown; None when there is not exactly one, well formed."""
        shown = [value.decode("latin-1") for name, value in scope["headers"] if name == _AUTHORIZATION]
        if len(shown) != 1:
            return None
        try:
            return ApiKeySecret.parse(shown[0].partition(" ")[2].strip(" ")).digest
        except MalformedApiKeyError:
            return None
