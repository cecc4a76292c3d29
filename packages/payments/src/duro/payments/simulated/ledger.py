from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final

from duro.payments.simulated.entries import ChargeEntry, RefundEntry
from duro.payments.simulated.presentment import GivenBack, Presented, Presentment, RefundOrder
from duro.payments.simulated.rails.page import RailLedger


@final
@dataclass(frozen=True, slots=True)
class ChargePage:
    """Some charges in the order of their first presentment, and where the next page begins, if there is one."""

    entries: Sequence[ChargeEntry]
    next_position: int | None


@final
@dataclass(frozen=True, slots=True)
class RefundPage:
    """Some refunds in the order of their first presentment, and where the next page begins, if there is one."""

    entries: Sequence[RefundEntry]
    next_position: int | None


class IssuerLedger(RailLedger, Protocol):
    """The provider's record of what it really took and gave back, and of what was pushed to it.

    `present` and `give_back` read, decide and write in one atomic step: two of them for one reference never overlap,
    and what they return is already durable.
    """

    async def present(self, presentment: Presentment) -> Presented: ...

    async def give_back(self, order: RefundOrder) -> GivenBack: ...

    async def charge(self, reference: str) -> ChargeEntry | None: ...

    async def refund(self, reference: str) -> RefundEntry | None: ...

    async def charges(self, *, position: int, limit: int) -> ChargePage: ...

    async def refunds(self, *, position: int, limit: int) -> RefundPage: ...

    async def close(self) -> None: ...
