from typing import final

from duro.kernel import DomainError, ErrorKind


@final
class NotOfferedError(DomainError):
    """A payer asked for what their page doesn't offer, or no longer: the page says how things stand."""

    def __init__(self) -> None:
        super().__init__("not_offered", ErrorKind.CONFLICT, "This can't be done now.")
