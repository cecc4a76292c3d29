import re
from dataclasses import dataclass
from typing import Final, final

_LINK: Final = re.compile(r"(https?)://[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*([/?#][^\s\"'<>\\^`{|}]*)?")
_LONGEST: Final = 2_000


@final
@dataclass(frozen=True, slots=True)
class LinkRule:
    """Which links a message may hold: https, and http too while developing."""

    is_development: bool = False

    def admits(self, link: str) -> bool:
        found = _LINK.fullmatch(link) if len(link) <= _LONGEST else None
        return found is not None and (found[1] == "https" or self.is_development)

    @property
    def words(self) -> str:
        return "must be a whole http or https link" if self.is_development else "must be a whole https link"
