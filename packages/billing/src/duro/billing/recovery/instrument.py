from dataclasses import dataclass
from typing import final

from whenever import Instant, TimeDelta

from duro.billing.recovery.network import Network
from duro.billing.recovery.rail import Rail


@final
@dataclass(frozen=True, slots=True)
class Instrument:
    """What a payer can pay with: a card, a mandate, or a way to push money.

    The key tells two saved cards apart; one that was saved twice is the same card, where its provider can tell.
    """

    key: str
    rail: Rail
    added_at: Instant
    network: Network = Network.OTHER
    activated_at: Instant | None = None
    card: bytes | None = None

    def is_same_card(self, other: "Instrument") -> bool:
        """Say whether a bank and a network take the two for one."""
        return self.key == other.key or (self.card is not None and self.card == other.card)

    def ready_at(self, set_up: TimeDelta) -> Instant | None:
        """Return from when it can be used: a mandate so long after its activation, or None before that."""
        if self.rail is not Rail.DIRECT_DEBIT:
            return self.added_at
        return None if self.activated_at is None else self.activated_at + set_up
