from enum import StrEnum
from typing import Final, final

_NUDGES: Final = frozenset({"dunning_1", "dunning_2", "dunning_3", "dunning_4"})
_OURS: Final = frozenset({"one_time_code", "kyc_submitted", "kyc_approved", "kyc_refused"})
_AT_ONCE: Final = frozenset({"receipt", "one_time_code", "authentication_link", "cancellation"})


@final
class MessageKind(StrEnum):
    """What a message tells a person; its value is the name of its template."""

    RECEIPT = "receipt"
    RENEWAL_REMINDER = "renewal_reminder"
    DUNNING_1 = "dunning_1"
    DUNNING_2 = "dunning_2"
    DUNNING_3 = "dunning_3"
    DUNNING_4 = "dunning_4"
    PAYMENT_RECOVERED = "payment_recovered"
    CARD_EXPIRING = "card_expiring"
    TRIAL_ENDING = "trial_ending"
    WELCOME = "welcome"
    KYC_SUBMITTED = "kyc_submitted"
    KYC_APPROVED = "kyc_approved"
    KYC_REFUSED = "kyc_refused"
    ONE_TIME_CODE = "one_time_code"
    AUTHENTICATION_LINK = "authentication_link"
    CANCELLATION = "cancellation"

    @property
    def is_nudge(self) -> bool:
        """Say whether it asks a payer for money that failed to come: such messages are counted and capped."""
        return self.value in _NUDGES

    @property
    def asks_for_payment(self) -> bool:
        """Say whether it is about a payment that failed to come: once that is settled, nobody needs to be told."""
        return self.is_nudge or self is MessageKind.AUTHENTICATION_LINK

    @property
    def leaves_at_once(self) -> bool:
        """Say whether it is let through at any hour: the person waits for it, or must have it."""
        return self.value in _AT_ONCE

    @property
    def is_of_merchants(self) -> bool:
        """Say whether a merchant tells it their own payers, and so may choose the words."""
        return self.value not in _OURS

    @classmethod
    def dunning(cls, number: int, *, is_last: bool = False) -> "MessageKind":
        """Return the message of the first, second, third … request of a case; the last one is kept for its end."""
        return cls.DUNNING_4 if is_last else cls(f"dunning_{min(max(number, 1), 3)}")
