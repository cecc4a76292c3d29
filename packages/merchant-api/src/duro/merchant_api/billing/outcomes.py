from dataclasses import dataclass
from enum import StrEnum
from typing import final


class RenewalOutcome(StrEnum):
    """What one renewal came to.

    dunning: declined; recovery has the case, except for a first payment, whose invoice simply stays open. pending: the
    gateway's answer isn't known yet.
    """

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
