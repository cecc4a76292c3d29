from dataclasses import dataclass
from hashlib import blake2b
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Imprint:
    """A name that follows from what it stands for, so that the same happening has the same name."""

    text: str

    @classmethod
    def of(cls, *parts: object) -> "Imprint":
        return cls("\n".join(str(part) for part in parts))

    @property
    def letters(self) -> str:
        """32 hexadecimal digits."""
        return blake2b(self.text.encode(), digest_size=16).hexdigest()

    @property
    def digits(self) -> str:
        """An account number: ten digits, the first two of them nines, which no bank of the world outside gives."""
        return f"99{int(self.letters, 16) % 10**8:08d}"
