from collections.abc import Mapping
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import Final, final

import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from duro.crypto import InvalidLinkError
from duro.http_kit.problems import Problem
from duro.http_kit.refusals import RateLimitedError
from duro.kernel import DomainError, ErrorKind
from duro.public_api.payers.pages import Pages

_TRY_AGAIN: Final = "Please try again in a moment. If you have just paid, that counts once, however often you look."


@final
@dataclass(frozen=True, slots=True)
class PlainProblem:
    """Something that keeps a payer from their page, in words for them that tell nothing to anybody else."""

    status: int
    heading: str
    lines: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, exception: Exception) -> "PlainProblem":
        match exception:
            case InvalidLinkError():
                return cls._unknown()
            case RateLimitedError():
                words = "Too much was asked for with this link in a short time. Please wait a few minutes."
                return cls(429, "Please wait a little", (words,), exception.headers)
            case DomainError(code="test_clock_advancing"):
                words = "This is a test, and its clock is being moved. The page shows itself when that is done."
                return cls(409, "One moment", (words,), {"Refresh": "5"})
            case DomainError(kind=ErrorKind.UNAVAILABLE):
                return cls(503, "Not possible at this moment", ("Nothing was charged.", _TRY_AGAIN))
            case HTTPException() if 400 <= exception.status_code < 500:
                return cls(exception.status_code, "This page can't be used that way", ("Please open the link again.",))
            case _:
                return cls(500, "Something went wrong on our side", (_TRY_AGAIN,))

    @classmethod
    def _unknown(cls) -> "PlainProblem":
        return cls(
            404,
            "This link doesn't work",
            (
                "It may be incomplete, or too old. Please open it again from your message, or from a newer one.",
                "If that doesn't help, please ask the shop that sent it to you.",
            ),
        )


@final
class ProblemPage:
    """Answers what was raised while a payer's page was made.

    Neither the address of a page nor a value that was sent to it is written down, only where it went wrong.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._log = structlog.stdlib.get_logger("duro.http")

    def __deepcopy__(self, memo: dict[int, object]) -> "ProblemPage":
        """Be shared by the routes, each of which is given a copy of its handlers."""
        memo[id(self)] = self
        return self

    def respond(self, request: Request[object, object, State], exception: Exception) -> Response[str]:
        problem = PlainProblem.of(exception)
        if problem.status >= 500:
            self._log.error(
                "payer_page_failed",
                request_id=str(request.scope["state"].get("request_id", "")),
                route=request.scope["path_template"],
                code=Problem.of(exception).code,
                kind=type(exception).__name__,
                where=[f"{one.filename}:{one.lineno} {one.name}" for one in extract_tb(exception.__traceback__)],
            )
        values = {"heading": problem.heading, "lines": problem.lines}
        return self._pages.page("problem", values, status=problem.status, headers=problem.headers)
