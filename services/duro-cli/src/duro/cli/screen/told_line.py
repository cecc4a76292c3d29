from dataclasses import dataclass
from typing import final

from duro.db.overview import Told


@final
@dataclass(frozen=True, slots=True)
class ToldLine:
    """A message as a person may see it on a screen: whom it is for can be guessed by who knows them, and no more."""

    told: Told

    @property
    def to(self) -> str:
        """The first letter of an address and its domain; a phone without its middle."""
        name, at, domain = self.told.to.partition("@")
        if at:
            return f"{name[:1]}…@{domain}"
        return f"{self.told.to[:4]}…{self.told.to[-3:]}" if self.told.to else ""

    @property
    def text(self) -> str:
        by = f" by {self.told.channel}" if self.told.channel else ""
        return f"told: {self.told.kind} to {self.to}{by}: {self.told.outcome} {self.told.page}".rstrip()
