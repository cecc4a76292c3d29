from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeForm:
    """How many renewals and requests for pushed money each merchant has in each mode, and when the API is killed.

    It is killed once so large a share of everything that will happen is in the books.
    """

    merchants: int
    renewals: int
    requests: int
    kills: tuple[float, ...]
    limit_seconds: float

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self:
        if environ.get("DURO_CHAOS") == "short":
            return cls(merchants=1, renewals=24, requests=14, kills=(0.1, 0.4, 0.7), limit_seconds=90)
        return cls(
            merchants=4, renewals=100, requests=42, kills=(0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9), limit_seconds=300
        )
