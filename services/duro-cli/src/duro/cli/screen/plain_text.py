from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class PlainText:
    """What strangers wrote, as text for a terminal: neither markup nor commands."""

    text: str

    @property
    def shown(self) -> str:
        """Spell out whatever would command a terminal."""
        return "".join(one if one.isprintable() else repr(one)[1:-1] for one in self.text)

    @property
    def escaped(self) -> str:
        """The same where markup is read."""
        return self.shown.replace("[", "\\[")
