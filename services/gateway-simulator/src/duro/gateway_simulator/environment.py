from collections.abc import Mapping
from fractions import Fraction
from typing import final

from duro.kernel import Fault


@final
class Environment:
    """The variables a process was started with, and every fault found while they were read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[Fault] = []

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self._faults)

    def refuse(self, name: str, issue: str) -> None:
        self._faults.append(Fault(name, issue))

    def text(self, name: str, *, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def whole(self, name: str, *, default: str, least: int, most: int) -> int:
        text = self.text(name, default=default)
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.refuse(name, f"Expected a whole number from {least} to {most}.")
        return int(default)

    def fraction(self, name: str, *, default: str) -> Fraction:
        """Read a share from 0 to 1, such as 0.05, exactly."""
        try:
            share = Fraction(self.text(name, default=default))
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if 0 <= share <= 1:
            return share
        self.refuse(name, "Expected a share from 0 to 1, such as 0.05.")
        return Fraction(default)

    def flag(self, name: str) -> bool:
        text = self.text(name, default="0").lower()
        if text not in {"0", "1", "false", "true"}:
            self.refuse(name, "Expected 1 or 0.")
        return text in {"1", "true"}
