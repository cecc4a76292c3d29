from enum import StrEnum


class Rail(StrEnum):
    """How money travels from a payer: it is pulled from a card or a mandate, or the payer pushes it."""

    CARD = "card"
    DIRECT_DEBIT = "direct_debit"
    VIRTUAL_ACCOUNT = "virtual_account"
    TRANSFER = "transfer"
    USSD = "ussd"

    @property
    def is_pull(self) -> bool:
        """Say whether we charge; on the other rails we ask, and match what arrives."""
        return self is Rail.CARD or self is Rail.DIRECT_DEBIT

    @property
    def words(self) -> str:
        """Say it as payers do."""
        match self:
            case Rail.CARD:
                return "card"
            case Rail.DIRECT_DEBIT:
                return "bank approval"
            case Rail.VIRTUAL_ACCOUNT:
                return "transfer to an account of their own"
            case Rail.TRANSFER:
                return "transfer"
            case Rail.USSD:
                return "USSD"

    @property
    def is_push(self) -> bool:
        return not self.is_pull
