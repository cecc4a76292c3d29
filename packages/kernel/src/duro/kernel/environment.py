from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import final

from duro.kernel.errors import Fault, InvalidInputError


@final
class Environment:
    """The variables a process was started with, and every fault found while they were read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[Fault] = []

    def refuse(self, name: str, issue: str) -> None:
        self._faults.append(Fault(name, issue))

    def require_sound(self) -> None:
        """Raise InvalidInputError with every fault found so far, if there is any."""
        if self._faults:
            raise InvalidInputError(self._faults)

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.text(name, "")
        if not value:
            self.refuse(name, "is required")
        return value

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.refuse(name, f"is one of {', '.join(choices)}")
        return value

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.refuse(name, f"is a whole number from {least} to {most}")
        return default

    def share(self, name: str, default: str) -> Fraction:
        """Read a share from 0 to 1, such as 0.05, exactly."""
        try:
            share = Fraction(self.text(name, default))
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if 0 <= share <= 1:
            return share
        self.refuse(name, "is a share from 0 to 1, such as 0.05")
        return Fraction(default)

    def flag(self, name: str) -> bool:
        return self.choice(name, "0", ("0", "1")) == "1"
