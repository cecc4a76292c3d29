from dataclasses import dataclass
from typing import Final, final

from whenever import Instant

from duro.billing.zone import Zone

_MONTHS: Final = "January February March April May June July August September October November December".split()


@final
@dataclass(frozen=True, slots=True)
class SpokenInstant:
    """An instant as a person says it, on the payer's own calendar: `28 March 2027 at 10:00`."""

    at: Instant
    zone: Zone

    def __str__(self) -> str:
        local = self.zone.local(self.at)
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year} at {local.hour:02}:{local.minute:02}"
