from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, what was found, and whether Duro can work with it."""

    what: str
    found: str
    is_well: bool = True
