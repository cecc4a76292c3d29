from typing import final

from duro.kernel import DomainError, ErrorKind


@final
class RailRefusedError(DomainError):
    """The provider would not ask for the money by that rail."""

    def __init__(self) -> None:
        super().__init__("rail_refused", ErrorKind.REFUSED, "The provider can't be asked that way for this payment.")
