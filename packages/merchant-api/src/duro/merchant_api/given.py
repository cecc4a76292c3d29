from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar, final

Value = TypeVar("Value")
Current = TypeVar("Current")


@final
@dataclass(frozen=True, slots=True)
class Given(Generic[Value]):
    """A value that a change names, as opposed to one it leaves as it is; the value itself may be None."""

    value: Value

    def over(self, current: Value) -> Value:
        _ = current
        return self.value


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """A value that a change leaves as it is."""

    def over(self, current: Current) -> Current:
        return current


KEPT: Final = Kept()
MaybeGiven: TypeAlias = Given[Value] | Kept
