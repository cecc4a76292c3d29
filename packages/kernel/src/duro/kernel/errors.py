from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import final


class ErrorKind(StrEnum):
    """What sort of refusal a domain error is; each edge decides its own status from it."""

    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"


@final
@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input: where it is and what it should have been."""

    path: str
    issue: str


class DomainError(Exception):
    """A refusal in the domain's words: a stable code, a kind, a sentence, and every fault found."""

    def __init__(self, code: str, kind: ErrorKind, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.message = message
        self.faults = tuple(faults)


@final
class NotFoundError(DomainError):
    """Nothing with that id is visible to the caller's tenant and mode."""

    def __init__(self, what: str, identifier: object) -> None:
        super().__init__("not_found", ErrorKind.NOT_FOUND, f"No {what} has the id {identifier}.")


@final
class ConflictError(DomainError):
    """The request is well formed but the state of things refuses it now."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, ErrorKind.CONFLICT, message)


@final
class InvalidInputError(DomainError):
    """The input breaks one or more rules; every fault is listed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("validation_error", ErrorKind.INVALID, "The request has invalid values.", faults)
