from dataclasses import dataclass
from typing import Protocol, final

from whenever import Instant


class Clock(Protocol):
    """The one source of business time: instants in UTC, in whole microseconds."""

    def now(self) -> Instant: ...


@final
@dataclass(frozen=True, slots=True)
class FrozenClock:
    """A clock that stands at one instant: whatever is done by it happens then."""

    instant: Instant

    def now(self) -> Instant:
        return self.instant
