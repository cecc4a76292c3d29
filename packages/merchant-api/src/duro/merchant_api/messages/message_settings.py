from dataclasses import dataclass, field
from typing import final

from duro.billing.messages import Departure


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """What a merchant wants of messages: when they may leave, and whether and when renewals are announced."""

    departure: Departure = field(default_factory=Departure)
    has_renewal_reminders: bool = True
    renewal_reminder_days: int = 3
