from dataclasses import dataclass, fields
from typing import Final, final

import numpy as np

_OURS: Final = "assumed, wide: nothing published was found"
_DESIGN: Final = "recovery design: shares of failure reasons, wide"
_PAYDAYS: Final = "facts on Nigerian paydays (no hard statistics exist), wide"
_NETWORKS: Final = "facts on networks and mandates"


@final
@dataclass(frozen=True, slots=True)
class Span:
    """A range from which each world draws one value, evenly, and where the range comes from."""

    low: float
    high: float
    source: str

    def draw(self, stream: np.random.Generator) -> float:
        return float(stream.uniform(self.low, self.high))


@final
@dataclass(frozen=True, slots=True)
class Priors:
    """What is believed of the world before anything is seen of it: a wide range for everything."""

    failure_rate: Span = Span(0.10, 0.25, _OURS)
    insufficient_funds: Span = Span(0.45, 0.65, _DESIGN)
    generic: Span = Span(0.15, 0.30, _DESIGN)
    outage: Span = Span(0.05, 0.12, _DESIGN)
    expired: Span = Span(0.03, 0.08, _DESIGN)
    hard: Span = Span(0.03, 0.08, _DESIGN)
    authentication: Span = Span(0.02, 0.10, _DESIGN)
    paid_at_month_end: Span = Span(0.35, 0.65, _PAYDAYS)
    paid_on_the_15th: Span = Span(0.03, 0.12, _PAYDAYS)
    paid_weekly: Span = Span(0.05, 0.20, _PAYDAYS)
    late_pay: Span = Span(0.05, 0.30, _PAYDAYS)
    very_late_pay: Span = Span(0.00, 0.05, _PAYDAYS)
    income_spread: Span = Span(0.4, 0.9, _OURS)
    days_to_half: Span = Span(2.0, 12.0, _OURS)
    days_to_half_spread: Span = Span(0.3, 0.7, _OURS)
    rent_chance: Span = Span(0.2, 0.7, _OURS)
    rent_share: Span = Span(0.15, 0.50, _OURS)
    price_spread: Span = Span(0.4, 0.9, _OURS)
    signed_up_near_payday: Span = Span(0.0, 0.5, _OURS)
    generic_empty: Span = Span(0.05, 0.15, "some issuers answer 05 for an empty account; share assumed, wide")
    generic_passes: Span = Span(0.55, 0.85, "recovery design: most generic declines are soft; share assumed, wide")
    generic_hours: Span = Span(12.0, 72.0, _OURS)
    outage_hours: Span = Span(1.0, 10.0, _OURS)
    outage_depth: Span = Span(0.7, 1.0, _OURS)
    stray_errors: Span = Span(0.002, 0.02, _OURS)
    answers: Span = Span(0.10, 0.40, _OURS)
    answers_kept_per_message: Span = Span(0.5, 0.85, _OURS)
    answers_kept_per_day: Span = Span(0.85, 0.97, _OURS)
    answer_hours: Span = Span(3.0, 24.0, _OURS)
    push_answers: Span = Span(0.05, 0.30, _OURS)
    push_patience_hours: Span = Span(6.0, 72.0, _OURS)
    has_push: Span = Span(0.6, 0.95, _OURS)
    has_mandate: Span = Span(0.2, 0.6, _OURS)
    mandate_answers: Span = Span(0.03, 0.15, _OURS)
    mandate_set_up_hours: Span = Span(2.0, 24.0, _NETWORKS)
    annoyance: Span = Span(0.002, 0.02, _OURS)
    annoyance_of_a_try: Span = Span(0.1, 0.6, _OURS)
    visa: Span = Span(0.15, 0.40, _OURS)
    verve: Span = Span(0.15, 0.40, _OURS)

    def rows(self) -> tuple[tuple[str, Span], ...]:
        """List every range under its name."""
        return tuple((field.name, self.span(field.name)) for field in fields(self))

    def span(self, name: str) -> Span:
        found: object = getattr(self, name)
        if not isinstance(found, Span):
            raise KeyError(name)
        return found
