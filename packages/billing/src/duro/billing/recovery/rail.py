from collections.abc import Mapping
from enum import StrEnum
from typing import Final


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
    def is_push(self) -> bool:
        return not self.is_pull

    @property
    def words(self) -> str:
        """Say it as payers do."""
        return _WORDS[self]


_WORDS: Final[Mapping[Rail, str]] = {
    Rail.CARD: "card",
    Rail.DIRECT_DEBIT: "bank approval",
    Rail.VIRTUAL_ACCOUNT: "transfer to an account of their own",
    Rail.TRANSFER: "transfer",
    Rail.USSD: "USSD",
}
