from dataclasses import dataclass
from typing import final

from whenever import Instant, TimeDelta

from duro.billing.recovery.card_usage import BudgetScope, CardUsage
from duro.billing.recovery.network import Network


@final
@dataclass(frozen=True, slots=True)
class BudgetRule:
    """At most so many declines within so long, from a date on, by the word of a source.

    A ceiling is a network's: even a first presentment is held to it. `after` is the number of declines from which the
    rule bites. Without networks it holds for all of them, without a provider at all of them.
    """

    words: str
    scope: BudgetScope
    most: int
    within: TimeDelta
    since: Instant
    source: str
    networks: frozenset[Network] = frozenset()
    provider: str = ""
    after: int = 0
    is_ceiling: bool = False
    until: Instant | None = None

    def __post_init__(self) -> None:
        if self.most < 1 or self.after < 0 or self.within <= TimeDelta.ZERO:
            message = f"A budget allows at least one decline within some time: {self.words}."
            raise ValueError(message)

    def applies_to(self, usage: CardUsage, at: Instant) -> bool:
        return (
            (not self.networks or usage.network in self.networks)
            and (not self.provider or usage.provider == self.provider)
            and self.since <= at
            and (self.until is None or at < self.until)
        )

    def earliest(self, usage: CardUsage) -> Instant | None:
        """Return from when the rule allows another decline, or None when it doesn't bite."""
        declines = usage.declines(self.scope)
        if len(declines) < max(self.most, self.after):
            return None
        return declines[-self.most] + self.within
