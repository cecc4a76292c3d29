from enum import StrEnum


class WhatsAppAnswer(StrEnum):
    """How a WhatsApp simulator treats one message, besides answering with an error code."""

    ACCEPT = "accept"
    BREAK = "break"
    GARBLE = "garble"
    HANG = "hang"
    DROP = "drop"
