from collections.abc import Mapping, Sequence
from typing import final

from duro.kernel import Fault


class RefusedRequestError(Exception):
    """A request the edge itself turns away, before any use case sees it."""

    def __init__(self, *, status: int, code: str, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.faults = tuple(faults)
        self.headers: Mapping[str, str] = {}


@final
class UnauthorizedError(RefusedRequestError):
    """The request shows no credential that is known and in force."""

    def __init__(self) -> None:
        super().__init__(
            status=401,
            code="unauthorized",
            message="Send a secret key that is in force: Authorization: Bearer sk_test_… or sk_live_….",
        )
        self.headers = {"WWW-Authenticate": 'Bearer realm="duro"'}


@final
class SuspendedTenantError(RefusedRequestError):
    """The key is in force but its merchant's account is suspended."""

    def __init__(self) -> None:
        super().__init__(status=403, code="forbidden", message="This account is suspended. Contact support.")


@final
class MalformedJsonError(RefusedRequestError):
    """The body is not JSON."""

    def __init__(self) -> None:
        super().__init__(status=400, code="bad_request", message="The body is not valid JSON in UTF-8.")


@final
class UnsupportedMediaTypeError(RefusedRequestError):
    """The body says it is something other than JSON."""

    def __init__(self) -> None:
        super().__init__(
            status=415,
            code="unsupported_media_type",
            message="Send the body as Content-Type: application/json.",
        )


@final
class BodyTooLargeError(RefusedRequestError):
    """The body is larger than any request needs to be."""

    def __init__(self, *, limit_bytes: int) -> None:
        super().__init__(
            status=413,
            code="payload_too_large",
            message=f"The body is larger than {limit_bytes} bytes.",
        )


@final
class RateLimitedError(RefusedRequestError):
    """The caller asks more often than it may."""

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(
            status=429,
            code="rate_limited",
            message=f"Too many requests. Ask again in {retry_after_seconds} s; spread requests out to be let through.",
        )
        self.headers = {"Retry-After": str(retry_after_seconds)}
