from dataclasses import dataclass
from typing import final

from duro.billing.interval import Cadence
from duro.kernel import Money


@final
@dataclass(frozen=True, slots=True)
class Price:
    """What one whole period costs, and how long a period that is."""

    amount: Money
    cadence: Cadence
