from enum import StrEnum


class RenewalOutcome(StrEnum):
    """What one renewal came to; `pending` means that the gateway's answer isn't known yet."""

    CHARGED = "charged"
    DUNNING = "dunning"
    CANCELED = "canceled"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    PENDING = "pending"
