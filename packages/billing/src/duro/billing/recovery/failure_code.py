from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from duro.billing.failure_category import FailureCategory

_NEEDS_NEW_CARD: Final = frozenset({FailureCategory.EXPIRED_CARD, FailureCategory.CARD_NOT_SUPPORTED})
_NEVER: Final = frozenset(
    {
        FailureCategory.HARD_DECLINE,
        FailureCategory.EXPIRED_CARD,
        FailureCategory.CARD_NOT_SUPPORTED,
        FailureCategory.AUTHENTICATION_REQUIRED,
    }
)
_GENERIC_WORDS: Final = (
    "The payment didn't go through and the reason wasn't given. We'll try again, or you can pay another way now."
)


class Retryability(StrEnum):
    """Whether the same charge may meet another answer later, as its provider's table says."""

    YES = "yes"
    LIMITED = "limited"
    NO = "no"


@final
@dataclass(frozen=True, slots=True)
class FailureCode:
    """What one code of one provider's table means for recovery, with words for the payer, its source and its date.

    A code that is in doubt says that money may have moved: it is no refusal before a look-up has said so.
    """

    provider: str
    code: str
    category: FailureCategory
    retryable: Retryability = Retryability.LIMITED
    requires_new_card: bool = False
    is_revocation: bool = False
    is_in_doubt: bool = False
    visa_category: int | None = None
    payer_words: str = _GENERIC_WORDS
    source: str = ""
    as_of: str = ""

    @classmethod
    def typical(cls, category: FailureCategory, *, provider: str = "", code: str = "") -> "FailureCode":
        """Stand for any code of the category, as most codes of it are."""
        return cls(
            provider=provider,
            code=code,
            category=category,
            retryable=Retryability.NO if category in _NEVER else Retryability.LIMITED,
            requires_new_card=category in _NEEDS_NEW_CARD,
        )

    @property
    def is_final(self) -> bool:
        """Say whether the instrument would refuse this charge for ever: a hard decline, or a limit no day will lift."""
        return self.retryable is Retryability.NO and (
            self.category is FailureCategory.HARD_DECLINE or self.category is FailureCategory.LIMIT_EXCEEDED
        )

    @property
    def is_verdict(self) -> bool:
        """Say whether the payer's bank judged the charge: it didn't if the way to it was broken or not yet open."""
        return (
            self.category is not FailureCategory.PROCESSOR_ERROR
            and self.category is not FailureCategory.MANDATE_NOT_READY
        )
