from dataclasses import dataclass
from typing import Final, final

from duro.billing.interval import Cadence
from duro.billing.price import Price
from duro.kernel import Fault, InvalidInputError, Money, PlanId

_PAST_HIGHEST_AMOUNT: Final = 10**12


@final
@dataclass(frozen=True, slots=True)
class Terms:
    """What a subscription pays and how often, copied from its plan when it starts."""

    plan_id: PlanId
    amount: Money
    cadence: Cadence
    max_cycles: int | None = None

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        if not 0 <= self.amount.amount < _PAST_HIGHEST_AMOUNT:
            faults.append(Fault("amount", f"must be from 0 to {_PAST_HIGHEST_AMOUNT - 1} minor units"))
        if self.max_cycles is not None and self.max_cycles < 1:
            faults.append(Fault("maxCycles", "must be at least 1"))
        if faults:
            raise InvalidInputError(faults)

    def price(self, quantity: int) -> Price:
        """Return what one whole period costs at a quantity."""
        return Price(self.amount.times(quantity), self.cadence)

    def is_completed_by(self, cycles: int) -> bool:
        """Say whether that many paid cycles are as many as they allow."""
        return self.max_cycles is not None and cycles >= self.max_cycles
