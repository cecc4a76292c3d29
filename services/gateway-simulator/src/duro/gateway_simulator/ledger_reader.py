from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, final

import msgspec

from duro.gateway_simulator.ledger_lines import ChargeLine, RefundLine
from duro.payments.simulated import IssuerLedger

_PAGE: Final = 1000


@final
@dataclass(frozen=True, slots=True)
class LedgerReader:
    """The whole ledger as lines of JSON: every charge, then every refund, each in the order of first presentment."""

    ledger: IssuerLedger

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield a page of lines at a time."""
        position: int | None = 0
        while position is not None:
            charges = await self.ledger.charges(position=position, limit=_PAGE)
            yield msgspec.json.Encoder().encode_lines([ChargeLine.of(entry) for entry in charges.entries])
            position = charges.next_position
        position = 0
        while position is not None:
            refunds = await self.ledger.refunds(position=position, limit=_PAGE)
            yield msgspec.json.Encoder().encode_lines([RefundLine.of(entry) for entry in refunds.entries])
            position = refunds.next_position
