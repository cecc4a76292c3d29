from dataclasses import dataclass
from typing import final

from duro.billing.terms import Terms
from duro.billing.zone import Zone
from duro.kernel import Fault, InvalidInputError


@final
@dataclass(frozen=True, slots=True)
class PlanChange:
    """What a subscription is to pay from some point on: other terms, another quantity, or both.

    The zone belongs to the grid of boundaries: it takes over only where the change lays the grid anew.
    """

    terms: Terms
    quantity: int = 1
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InvalidInputError([Fault("quantity", "must be at least 1")])
        if self.zone is not None:
            Zone(self.zone)
