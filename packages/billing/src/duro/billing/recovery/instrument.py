from dataclasses import dataclass
from typing import final

from whenever import Instant, TimeDelta

from duro.billing.recovery.network import Network
from duro.billing.recovery.rail import Rail


@final
@dataclass(frozen=True, slots=True)
class Instrument:
    """What a payer can pay with: a card, a mandate, or a way to push money. The key tells two cards apart."""

    key: str
    rail: Rail
    added_at: Instant
    network: Network = Network.OTHER
    activated_at: Instant | None = None

    def ready_at(self, set_up: TimeDelta) -> Instant | None:
        """Return from when it can be used: a mandate so long after its activation, or None before that."""
        if self.rail is not Rail.DIRECT_DEBIT:
            return self.added_at
        return None if self.activated_at is None else self.activated_at + set_up
