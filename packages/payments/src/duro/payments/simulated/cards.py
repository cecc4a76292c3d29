from enum import Enum, StrEnum
from typing import Self

from duro.crypto import Digest
from duro.payments.charges import Declined


class Delivery(StrEnum):
    """What happens to the first presentment of a reference on its way to the issuer and back.

    answered: nothing. lost: it times out before anything was taken. silent: it times out after the issuer decided.
    slow: the decision comes late. broken: the server fails after the issuer decided.
    """

    ANSWERED = "answered"
    LOST = "lost"
    SILENT = "silent"
    SLOW = "slow"
    BROKEN = "broken"


class SimulatedCard(Enum):
    """A test number the simulated issuer knows, and how that card behaves; it knows no others."""

    APPROVE = ("4242424242424242", "visa", "approve", Delivery.ANSWERED, None)
    APPROVE_MASTERCARD = ("5555555555554444", "mastercard", "approve", Delivery.ANSWERED, None)
    APPROVE_VERVE = ("5061060000000009", "verve", "approve", Delivery.ANSWERED, None)
    INSUFFICIENT_FUNDS = ("4000000000000515", "visa", "insufficient_funds", Delivery.ANSWERED, "51")
    INSUFFICIENT_FUNDS_VERVE = ("5061060000000512", "verve", "insufficient_funds", Delivery.ANSWERED, "51")
    EXPIRED_CARD = ("4000000000000549", "visa", "expired_card", Delivery.ANSWERED, "54")
    DO_NOT_HONOR = ("4000000000000051", "visa", "do_not_honor", Delivery.ANSWERED, "05")
    DO_NOT_HONOR_VERVE = ("5061060000000058", "verve", "do_not_honor", Delivery.ANSWERED, "05")
    TIMEOUT_BEFORE = ("4000000000000911", "visa", "timeout_before", Delivery.LOST, None)
    TIMEOUT_AFTER = ("4000000000000929", "visa", "timeout_after", Delivery.SILENT, None)
    SLOW = ("4000000000000036", "visa", "slow", Delivery.SLOW, None)
    ERROR_AFTER = ("4000000000000507", "visa", "error_after", Delivery.BROKEN, None)
    REFUND_REFUSED = ("4000000000000606", "visa", "refund_refused", Delivery.ANSWERED, None)
    APPROVAL = ("4000000000000135", "visa", "approval", Delivery.ANSWERED, "1A")
    APPROVAL_VERVE = ("5061060000000132", "verve", "approval", Delivery.ANSWERED, "1A")
    APPROVAL_UNASKED = ("4000000000000143", "visa", "approval_unasked", Delivery.ANSWERED, "1A")
    AS_TOLD = ("4000000000000101", "visa", "as_told", Delivery.ANSWERED, None)
    AS_TOLD_MASTERCARD = ("5555550000000101", "mastercard", "as_told", Delivery.ANSWERED, None)

    def __init__(self, number: str, brand: str, behaviour: str, delivery: Delivery, code: str | None) -> None:
        self.number = number
        self.brand = brand
        self.delivery = delivery
        self.code = code
        self.token = f"tok_sim_{brand}_{behaviour}"

    @classmethod
    def of_number(cls, number: str) -> Self | None:
        return next((card for card in cls if card.number == number), None)

    @classmethod
    def of_token(cls, token: str) -> Self | None:
        return next((card for card in cls if card.token == token), None)

    @property
    def is_told(self) -> bool:
        """Say whether this card's answers are dictated; it approves where nothing is."""
        return self in {SimulatedCard.AS_TOLD, SimulatedCard.AS_TOLD_MASTERCARD}

    @property
    def asks_payer(self) -> bool:
        """Say whether its bank holds a charge until its payer has approved it, if they are there."""
        return self in {SimulatedCard.APPROVAL, SimulatedCard.APPROVAL_VERVE}

    @property
    def fingerprint(self) -> str:
        """The same for the same number: a card that is issued anew with another expiry is still that card."""
        return f"sim-{Digest.of(self.number.encode()).hex()[:32]}"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def decline_of(self, *, is_payer_present: bool) -> Declined | None:
        """Return the bank's refusal; None for a card that is good for any amount of theirs."""
        return None if is_payer_present and self is SimulatedCard.APPROVAL_UNASKED else self.decline

    @property
    def decline(self) -> Declined | None:
        """The bank's refusal of who isn't there, or None for a card that is good for any amount."""
        match self.code:
            case None:
                return None
            case "51":
                return Declined("51", "Insufficient funds")
            case "54":
                return Declined("54", "Expired card")
            case "1A":
                return Declined("1A", "Additional customer authentication required")
            case code:
                return Declined(code, "Do not honor")
