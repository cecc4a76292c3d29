from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from importlib.resources import files
from typing import final


@final
@dataclass(frozen=True)
class Script:
    """A program that the server runs as one step, nobody else's command in between."""

    text: str

    @classmethod
    def named(cls, name: str) -> "Script":
        """Read one of this package's `.lua` files."""
        return cls(files("duro.cache").joinpath(f"{name}.lua").read_text(encoding="utf-8"))

    @cached_property
    def digest(self) -> str:
        """Give the name by which the server remembers it."""
        return sha1(self.text.encode(), usedforsecurity=False).hexdigest()
