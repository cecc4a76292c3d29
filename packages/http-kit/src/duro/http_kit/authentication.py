from typing import final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from duro.http_kit.authenticator import ApiKeyAuthenticator
from duro.http_kit.refusals import UnauthorizedError


@final
class AuthenticationMiddleware(ASGIMiddleware):
    """Lets no request past without a principal, except to routes marked `public`."""

    def __init__(self, authenticator: ApiKeyAuthenticator) -> None:
        self.scopes = (ScopeType.HTTP,)
        self.exclude_opt_key = "public"
        self._authenticator = authenticator

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) > 1:
            raise UnauthorizedError
        authorization = shown[0].decode("latin-1") if shown else None
        scope["state"]["principal"] = await self._authenticator.authenticate(authorization)
        await next_app(scope, receive, send)
