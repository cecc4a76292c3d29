from enum import StrEnum


class MailAnswer(StrEnum):
    """How a mail sink treats one letter."""

    ACCEPT = "accept"
    DEFER = "defer"
    DEFER_LETTER = "defer_letter"
    REFUSE_SENDER = "refuse_sender"
    REFUSE_RELAY = "refuse_relay"
    REFUSE_PERSON = "refuse_person"
    REFUSE_LETTER = "refuse_letter"
    REFUSE_LATE = "refuse_late"
    HANG_EARLY = "hang_early"
    HANG_UP = "hang_up"
    HANG = "hang"
    DROP = "drop"
    BABBLE = "babble"
