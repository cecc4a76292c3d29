from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

from whenever import Instant, TimeDelta

from duro.billing.recovery.advice import AdviceRule
from duro.billing.recovery.budget_rule import BudgetRule
from duro.billing.recovery.card_usage import CardUsage


@final
@dataclass(frozen=True, slots=True)
class AllowedFrom:
    """Another try is allowed from an instant on; the rule is the one that put it off, if any did."""

    at: Instant
    rule: BudgetRule | None = None


@final
@dataclass(frozen=True, slots=True)
class NeverAllowed:
    """A network or the payer said never again: no try of this instrument is allowed, ever."""


Allowance: TypeAlias = AllowedFrom | NeverAllowed


@final
@dataclass(frozen=True, slots=True)
class NetworkBudget:
    """How often a card or mandate may be tried again: rules of networks, of gateways and our own, with dates."""

    rules: tuple[BudgetRule, ...]
    advice: Mapping[str, AdviceRule]
    mandate_set_up: TimeDelta

    def allow(self, usage: CardUsage, *, at: Instant, is_first: bool = False) -> Allowance:
        """Say from when a try is allowed, `at` or later; a first presentment is held to ceilings and bars alone."""
        return NeverAllowed() if usage.is_barred else self.earliest(usage, at=at, is_first=is_first)

    def earliest(self, usage: CardUsage, *, at: Instant, is_first: bool = False) -> AllowedFrom:
        """Say from when advice and counts allow a try, whether or not the card is barred."""
        earliest, by = at, None
        if not is_first and usage.waits_until is not None:
            earliest = max(at, usage.waits_until)
        for rule in self.rules:
            if (is_first and not rule.is_ceiling) or not rule.applies_to(usage, at):
                continue
            allowed = rule.earliest(usage)
            if allowed is not None and allowed > earliest:
                earliest, by = allowed, rule
        return AllowedFrom(earliest, by)

    def advised(self, code: str | None, *, at: Instant) -> AdviceRule | None:
        """Return what the advice code asked for when it came, if it asked for anything."""
        rule = None if code is None else self.advice.get(code)
        return rule if rule is not None and rule.since <= at else None
