from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will not do what it was asked to, and nothing came of it."""

    code: str
    message: str
