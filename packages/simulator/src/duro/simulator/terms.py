import re
from dataclasses import dataclass
from typing import ClassVar, final


@final
@dataclass(frozen=True, slots=True)
class Terms:
    """How long a policy may work on a case, in days, and with how many tries after the failed renewal."""

    NAMED: ClassVar[re.Pattern[str]] = re.compile(r"([a-z_]+)_([1-9][0-9]?)_in_([1-9][0-9]?)")

    tries: int
    days: int

    @classmethod
    def split(cls, name: str) -> "tuple[str, Terms | None]":
        """Read `duro_calendar_6_in_30` as the policy and its terms; a name without terms keeps its policy's own."""
        match = cls.NAMED.fullmatch(name)
        return (name, None) if match is None else (match[1], cls(int(match[2]), int(match[3])))

    def named(self, policy: str) -> str:
        """Return the name of a policy on these terms."""
        return f"{policy}_{self.tries}_in_{self.days}"
