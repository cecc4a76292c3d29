from typing import Final, final

from whenever import Instant

from duro.kernel import DomainError, ErrorKind

_FIRST: Final = Instant.from_utc(2000, 1, 1)
_PAST_LAST: Final = Instant.from_utc(2201, 1, 1)


@final
class OutsideHorizonError(DomainError):
    """A boundary falls outside the years that Duro bills in."""

    def __init__(self) -> None:
        super().__init__(
            "instant_out_of_range",
            ErrorKind.INVALID,
            "The calendar reaches from the year 2000 to the end of the year 2200.",
        )


@final
class Horizon:
    """The years that Duro bills in: 2000 to 2200, both included."""

    @classmethod
    def admit(cls, instant: Instant) -> Instant:
        """Return the instant. Raise OutsideHorizonError when it lies outside."""
        if _FIRST <= instant < _PAST_LAST:
            return instant
        raise OutsideHorizonError
