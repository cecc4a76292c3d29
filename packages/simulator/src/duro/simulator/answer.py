from enum import IntEnum


class Answer(IntEnum):
    """What a bank says to a charge, as the merchant sees it."""

    APPROVED = 0
    INSUFFICIENT_FUNDS = 1
    DO_NOT_HONOR = 2
    PROCESSOR_ERROR = 3
    EXPIRED_CARD = 4
    HARD_DECLINE = 5
    AUTHENTICATION_REQUIRED = 6
    NOTHING = 7


class Network(IntEnum):
    """Whose rules a card is under."""

    VISA = 0
    MASTERCARD = 1
    VERVE = 2


class Way(IntEnum):
    """How money is asked for: charged to the card or to a mandate, or pushed by the payer."""

    CARD = 0
    MANDATE = 1
    PUSH = 2


class Sighting(IntEnum):
    """What a merchant saw of a payer's account: nothing, that money was there, or that it was empty."""

    NOTHING = 0
    MONEY = 1
    EMPTY = 2
