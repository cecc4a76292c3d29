from dataclasses import dataclass
from typing import Literal, Protocol, cast, final

from whenever import Instant, PlainDateTime, TimeZoneNotFoundError, ZonedDateTime

from duro.kernel import Fault, InvalidInputError


class _Placeable(Protocol):
    def to_tz(self, tz: str, /) -> ZonedDateTime: ...


class _Assumable(Protocol):
    def assume_tz(self, tz: str, /, *, disambiguation: Literal["compatible"]) -> ZonedDateTime: ...


@final
@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone by its name in the tz database, such as Africa/Lagos. Raise InvalidInputError for any other name."""

    name: str

    def __post_init__(self) -> None:
        try:
            self.local(Instant.from_utc(2000, 1, 1))
        except TimeZoneNotFoundError as error:
            raise InvalidInputError([Fault("zone", "must be a time zone such as Africa/Lagos")]) from error

    def local(self, instant: Instant) -> PlainDateTime:
        """Return what calendars and clocks on the wall show at the instant."""
        return cast("_Placeable", instant).to_tz(self.name).to_plain()

    def instant(self, local: PlainDateTime) -> Instant:
        """Return when the wall shows that: a skipped time moves forward, a repeated one takes the first."""
        return cast("_Assumable", local).assume_tz(self.name, disambiguation="compatible").to_instant()
