from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar, final

from duro.payments.simulated.approvals.entry import ApprovalEntry
from duro.payments.simulated.dictations import DictationEntry
from duro.payments.simulated.memory_shelf import MemoryShelf
from duro.payments.simulated.rails.entries import AccountEntry, ArrivalEntry, MandateEntry, RequestEntry
from duro.payments.simulated.shelf import Shelf
from duro.payments.simulated.webhooks.deliveries import NoticeDelivery

Result = TypeVar("Result")


@final
@dataclass(frozen=True, slots=True)
class RailPage:
    """What the provider knows besides charges and refunds, as one transaction sees and changes it."""

    requests: Shelf[RequestEntry]
    accounts: Shelf[AccountEntry]
    arrivals: Shelf[ArrivalEntry]
    mandates: Shelf[MandateEntry]
    deliveries: Shelf[NoticeDelivery]
    dictations: Shelf[DictationEntry]
    approvals: Shelf[ApprovalEntry]

    @classmethod
    def in_memory(cls) -> "RailPage":
        return cls(
            requests=MemoryShelf(),
            accounts=MemoryShelf(),
            arrivals=MemoryShelf(),
            mandates=MemoryShelf(),
            deliveries=MemoryShelf(),
            dictations=MemoryShelf(),
            approvals=MemoryShelf(),
        )

    def holder_of(self, number: str) -> RequestEntry | AccountEntry | None:
        """Return whose account number this is."""
        return self.requests.numbered(number) or self.accounts.numbered(number)


class RailLedger(Protocol):
    """The provider's record of push rails, mandates and notices."""

    async def change(self, work: Callable[[RailPage], Result]) -> Result:
        """Do work that reads, decides and writes in one atomic step; its result is already durable when it comes.

        The work may run in another thread, and touches nothing but the page.
        """
        ...
