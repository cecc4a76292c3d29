from dataclasses import dataclass
from typing import final

from duro.db.kept_notices import KeptReason


@final
@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a notice can't be acted on, or not by it alone: a person looks at it."""

    reason: KeptReason
    detail: str

    @classmethod
    def unknown(cls, reference: str | None) -> "Doubt":
        detail = "It names no reference." if reference is None else f"Nothing of ours has the reference {reference}."
        return cls(KeptReason.UNKNOWN_REFERENCE, detail)

    @classmethod
    def contradiction(cls, detail: str) -> "Doubt":
        return cls(KeptReason.CONTRADICTION, detail)
