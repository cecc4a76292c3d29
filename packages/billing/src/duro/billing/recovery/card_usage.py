from dataclasses import dataclass, replace
from enum import StrEnum
from typing import final

from whenever import Instant

from duro.billing.recovery.network import Network


class BudgetScope(StrEnum):
    """What a budget counts the declines of."""

    AUTOMATIC = "automatic"
    MERCHANT = "merchant"
    MERCHANT_AMOUNT = "merchant_amount"
    STREAK = "streak"


@final
@dataclass(frozen=True, slots=True)
class CardUsage:
    """How much of its budgets a card or mandate has used: when it was declined, oldest first, at least 30 days back.

    `automatic` holds the verdicts (DunningAttempt.is_verdict) on Duro's own tries, for any merchant; `merchant` every
    decline at this merchant, the payer's own tries included; `merchant_amount` those of this amount; `streak` the
    declines at the provider since its last success. A card is barred when a network or its payer said never again;
    `waits_until` is when a network allows it to be tried again, if it asked to wait.
    """

    network: Network = Network.OTHER
    provider: str = ""
    automatic: tuple[Instant, ...] = ()
    merchant: tuple[Instant, ...] = ()
    merchant_amount: tuple[Instant, ...] = ()
    streak: tuple[Instant, ...] = ()
    is_barred: bool = False
    waits_until: Instant | None = None

    def tried(self, at: Instant) -> "CardUsage":
        """Count a try of Duro's own that nobody has answered yet: it may be declined."""
        return self if at in self.automatic else replace(self, automatic=tuple(sorted((*self.automatic, at))))

    def declines(self, scope: BudgetScope) -> tuple[Instant, ...]:
        if scope is BudgetScope.AUTOMATIC:
            return self.automatic
        if scope is BudgetScope.MERCHANT:
            return self.merchant
        return self.merchant_amount if scope is BudgetScope.MERCHANT_AMOUNT else self.streak
