from dataclasses import dataclass
from typing import Generic, TypeVar, final

Value = TypeVar("Value")


@final
@dataclass(frozen=True, slots=True)
class Given(Generic[Value]):
    """A value that a change names, as opposed to one it leaves as it is; the value itself may be None."""

    value: Value

    @classmethod
    def over(cls, given: "Given[Value] | None", current: Value) -> Value:
        """Give the named value, or the current one where none is named."""
        return current if given is None else given.value
