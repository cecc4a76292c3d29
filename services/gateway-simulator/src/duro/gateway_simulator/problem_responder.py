import logging
from typing import Any, final

from litestar import Request, Response
from litestar.exceptions import HTTPException

from duro.payments.simulated.error_wire import ErrorReply


@final
class ProblemResponder:
    """Every failure in one shape; what broke inside is logged and not told."""

    def refuse(self, _: Request[Any, Any, Any], failure: HTTPException) -> Response[ErrorReply]:
        code = "invalid_request" if failure.status_code == 400 else "not_served"
        return Response(ErrorReply.of(code, failure.detail), status_code=failure.status_code)

    def refuse_value(self, _: Request[Any, Any, Any], failure: Exception) -> Response[ErrorReply]:
        return Response(ErrorReply.of("invalid_request", str(failure)), status_code=400)

    def break_down(self, request: Request[Any, Any, Any], failure: Exception) -> Response[ErrorReply]:
        logging.getLogger(__name__).error("%s %s broke", request.method, request.url.path, exc_info=failure)
        return Response(ErrorReply.of("internal_error", "Something broke."), status_code=500)
