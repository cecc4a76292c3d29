from dataclasses import dataclass
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.recovery.rail import Rail


class DunningAction(StrEnum):
    """What is to be done about a failed charge next."""

    RETRY = "retry"
    RETRY_PAYDAY = "retry_payday"
    SWITCH_RAIL = "switch_rail"
    REQUEST_CARD_UPDATE = "request_card_update"
    REQUEST_AUTHENTICATION = "request_authentication"
    AWAIT_CUSTOMER = "await_customer"
    EXHAUST = "exhaust"


class DunningCause(StrEnum):
    """Which guard decided."""

    CANCELED = "canceled"
    DEADLINE_PASSED = "deadline_passed"
    TRIES_SPENT = "tries_spent"
    NO_TIME_LEFT = "no_time_left"
    REVOKED = "revoked"
    NEVER_AGAIN = "never_again"
    NO_METHOD = "no_method"
    NEW_CARD_NEEDED = "new_card_needed"
    AUTHENTICATION_NEEDED = "authentication_needed"
    MANDATE_NOT_ACTIVE = "mandate_not_active"
    MANDATE_SET_UP = "mandate_set_up"
    NOT_RETRYABLE = "not_retryable"
    UNANSWERED = "unanswered"
    SOFT_DECLINE = "soft_decline"
    SOFT_DECLINES_SPENT = "soft_declines_spent"
    PAYDAY = "payday"
    NEW_METHOD = "new_method"
    NEXT_STEP = "next_step"


@final
@dataclass(frozen=True, slots=True)
class DunningDecision:
    """What to do next, when and on which rail, and why, in a sentence that a merchant and a payer can read.

    Without an instant nothing is tried: the case waits for its payer until its deadline, or is over. `remind_at` is
    when to ask the payer again before that, and then to decide anew; `reminders` counts how often that has been due by
    now. `chance_percent` is how likely the try succeeds,
    where that is said. A switch to a rail on which we charge names the instrument by its key.
    """

    action: DunningAction
    cause: DunningCause
    reason: str
    next_attempt_at: Instant | None = None
    rail: Rail | None = None
    remind_at: Instant | None = None
    reminders: int = 0
    chance_percent: int | None = None
    instrument_key: str | None = None
