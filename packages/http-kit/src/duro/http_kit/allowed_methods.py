from typing import final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response.base import ASGIResponse
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send


@final
class AllowedMethodsMiddleware(ASGIMiddleware):
    """Answers OPTIONS with every method the address has, whichever handlers they are spread over."""

    def __init__(self) -> None:
        self.scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "OPTIONS":
            await next_app(scope, receive, send)
            return
        application = scope["litestar_app"]
        methods = {
            str(method)
            for route in application.routes
            if isinstance(route, HTTPRoute) and route.path_format == scope["path_template"]
            for method in route.methods
        }
        await ASGIResponse(status_code=204, headers={"Allow": ", ".join(sorted(methods))})(scope, receive, send)
