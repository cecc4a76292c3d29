from dataclasses import dataclass
from enum import StrEnum
from typing import final


class RenewalOutcome(StrEnum):
    """What one renewal came to; `pending` means that the gateway's answer isn't known yet."""

    CHARGED = "charged"
    DUNNING = "dunning"
    CANCELED = "canceled"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    PENDING = "pending"


@final
@dataclass(frozen=True, slots=True)
class Renewal:
    """One renewal that was tried, and whether the subscription is behind: its next period is due as well."""

    outcome: RenewalOutcome
    is_behind: bool = False
