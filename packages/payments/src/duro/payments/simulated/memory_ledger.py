from collections.abc import Callable
from itertools import islice
from typing import TypeVar, final

from duro.payments.simulated.entries import ChargeEntry, RefundEntry
from duro.payments.simulated.ledger import ChargePage, RefundPage
from duro.payments.simulated.presentment import GivenBack, Presented, Presentment, RefundOrder
from duro.payments.simulated.rails.page import RailPage

Result = TypeVar("Result")


@final
class InMemoryIssuerLedger:
    """An issuer's ledger that lives as long as its process, for one event loop."""

    def __init__(self) -> None:
        self._charges: dict[str, ChargeEntry] = {}
        self._refunds: dict[str, RefundEntry] = {}
        self._rails = RailPage.in_memory()

    async def present(self, presentment: Presentment) -> Presented:
        presented = presentment.against(self._charges.get(presentment.reference))
        self._charges[presentment.reference] = presented.entry
        return presented

    async def give_back(self, order: RefundOrder) -> GivenBack:
        given = order.against(self._refunds.get(order.reference), self._charges.get(order.charge_reference))
        self._refunds[order.reference] = given.entry
        if given.charge is not None:
            self._charges[given.charge.reference] = given.charge
        return given

    async def charge(self, reference: str) -> ChargeEntry | None:
        return self._charges.get(reference)

    async def refund(self, reference: str) -> RefundEntry | None:
        return self._refunds.get(reference)

    async def charges(self, *, position: int, limit: int) -> ChargePage:
        entries = tuple(islice(self._charges.values(), position, position + limit))
        after = position + len(entries)
        return ChargePage(entries, after if after < len(self._charges) else None)

    async def refunds(self, *, position: int, limit: int) -> RefundPage:
        entries = tuple(islice(self._refunds.values(), position, position + limit))
        after = position + len(entries)
        return RefundPage(entries, after if after < len(self._refunds) else None)

    async def change(self, work: Callable[[RailPage], Result]) -> Result:
        return work(self._rails)

    async def close(self) -> None:
        """Nothing is held that would need giving back."""
