from msgspec import Struct


class ProblemView(Struct, frozen=True, kw_only=True, rename="camel"):
    """What went wrong, in a stable code and a sentence."""

    code: str
    message: str


class ErrorReply(Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer that holds no decision."""

    error: ProblemView

    @classmethod
    def of(cls, code: str, message: str) -> "ErrorReply":
        return cls(error=ProblemView(code=code, message=message))
