from dataclasses import dataclass
from typing import Final, final

import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from msgspec import UNSET, Struct, UnsetType, json

from duro.http_kit.answers import Answer
from duro.http_kit.refusals import RefusedRequestError
from duro.kernel import DomainError, ErrorKind, Fault

_STATUS_OF: Final = {
    ErrorKind.INVALID: 422,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.REFUSED: 422,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.UNAVAILABLE: 503,
}

_WORDS_OF: Final = {
    400: ("bad_request", "The request can't be read."),
    401: ("unauthorized", "The request shows no credential that is in force."),
    403: ("forbidden", "This credential may not do that."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address doesn't answer to that method."),
    413: ("payload_too_large", "The body is larger than 1 MB."),
    415: ("unsupported_media_type", "Send the body as Content-Type: application/json."),
}


class ErrorDetailView(Struct, frozen=True, rename="camel"):
    """One thing that is wrong with the request, and where."""

    path: str
    issue: str


class ErrorBodyView(Struct, frozen=True, rename="camel"):
    """What went wrong: a stable code, a sentence, every fault found, and where to read more."""

    code: str
    message: str
    request_id: str
    doc_url: str
    details: list[ErrorDetailView] | UnsetType = UNSET


class ErrorView(Struct, frozen=True, rename="camel"):
    """The one form every refusal has."""

    error: ErrorBodyView


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as HTTP says it: a status, a stable code, a sentence, and every fault found."""

    status: int
    code: str
    message: str
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, exception: Exception) -> "Problem":
        """Say any exception in HTTP's words; one that nobody expected says nothing of its inside."""
        match exception:
            case DomainError():
                return cls(_STATUS_OF[exception.kind], exception.code, exception.message, exception.faults)
            case RefusedRequestError():
                return cls(exception.status, exception.code, exception.message, exception.faults)
            case HTTPException() if exception.status_code in _WORDS_OF:
                return cls(exception.status_code, *_WORDS_OF[exception.status_code])
            case HTTPException() if exception.status_code < 500:
                return cls(400, *_WORDS_OF[400])
            case _:
                return cls(500, "internal_error", "Something went wrong on our side. It has been recorded.")

    @property
    def is_ours(self) -> bool:
        """Say whether the fault lies with the server, so that asking again may succeed."""
        return self.status >= 500

    def answer(self, request_id: str) -> Answer:
        details = [ErrorDetailView(fault.path, fault.issue) for fault in self.faults]
        body = ErrorBodyView(
            code=self.code,
            message=self.message,
            request_id=request_id,
            doc_url=f"/docs#error-{self.code}",
            details=details or UNSET,
        )
        return Answer(self.status, json.encode(ErrorView(body)))


@final
class ProblemResponder:
    """Turns whatever was raised while a request was handled into the one form of error."""

    def __init__(self) -> None:
        self._log = structlog.stdlib.get_logger("duro.http")

    def respond(self, request: Request[object, object, State], exception: Exception) -> Response[bytes]:
        problem = Problem.of(exception)
        request_id = str(request.scope["state"].get("request_id", ""))
        if problem.is_ours:
            self._log.error("request_failed", request_id=request_id, path=request.scope["path"], exc_info=exception)
        headers = dict(exception.headers or {}) if isinstance(exception, HTTPException | RefusedRequestError) else {}
        return problem.answer(request_id).response(headers)
