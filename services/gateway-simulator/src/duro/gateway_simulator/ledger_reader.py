from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, final

import msgspec

from duro.gateway_simulator.ledger_lines import ArrivalLine, ChargeLine, NoticeLine, RefundLine
from duro.payments.simulated import ArrivalEntry, IssuerLedger, NoticeDelivery, RailPage
from duro.payments.simulated.json_text import JsonText

_PAGE: Final = 1000


@final
@dataclass(frozen=True, slots=True)
class LedgerReader:
    """The whole ledger as lines of JSON: every charge, every refund, then all pushed money, each as they came."""

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
        async for lines in self._arrivals():
            yield lines

    async def notices(self) -> AsyncIterator[bytes]:
        """Yield a page of lines at a time: every sending of a notice, planned, made or withheld."""
        position: int | None = 0
        while position is not None:
            page = partial(self._page_of_notices, position=position)
            deliveries, position = await self.ledger.change(page)
            yield JsonText.write_lines([NoticeLine.of(delivery) for delivery in deliveries])

    async def _arrivals(self) -> AsyncIterator[bytes]:
        position: int | None = 0
        while position is not None:
            page = partial(self._page_of_arrivals, position=position)
            arrivals, position = await self.ledger.change(page)
            yield JsonText.write_lines([ArrivalLine.of(arrival) for arrival in arrivals])

    @staticmethod
    def _page_of_arrivals(page: RailPage, *, position: int) -> tuple[Sequence[ArrivalEntry], int | None]:
        return page.arrivals.page(position=position, limit=_PAGE)

    @staticmethod
    def _page_of_notices(page: RailPage, *, position: int) -> tuple[Sequence[NoticeDelivery], int | None]:
        return page.deliveries.page(position=position, limit=_PAGE)
