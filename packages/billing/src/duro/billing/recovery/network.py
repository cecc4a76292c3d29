from enum import StrEnum


class Network(StrEnum):
    """Whose rules govern how often an instrument may be tried again."""

    VISA = "visa"
    MASTERCARD = "mastercard"
    VERVE = "verve"
    NIBSS = "nibss"
    OTHER = "other"

    @classmethod
    def of_brand(cls, brand: str) -> "Network":
        """Return the network of a card's brand as a provider writes it: `Visa`, `master card`, `VERVE debit`."""
        word = brand.casefold().replace(" ", "")
        return next((network for network in cls if word.startswith(network.value)), cls.OTHER)
