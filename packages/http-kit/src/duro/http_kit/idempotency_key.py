import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from duro.kernel import Fault

_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@final
@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The caller's own name for one mutation: 1 to 255 visible ASCII characters."""

    text: str

    @classmethod
    def faults(cls, values: Sequence[str]) -> Iterator[Fault]:
        """List what is wrong with the header, given each time it was sent."""
        if len(values) > 1:
            yield Fault("Idempotency-Key", "Must be given once.")
        elif values and _FORM.fullmatch(values[0]) is None:
            yield Fault("Idempotency-Key", "Must be 1 to 255 visible ASCII characters.")

    @classmethod
    def of(cls, values: Sequence[str]) -> "IdempotencyKey | None":
        return cls(values[0]) if values else None
