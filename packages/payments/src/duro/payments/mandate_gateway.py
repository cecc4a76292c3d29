from typing import Protocol

from whenever import TimeDelta

from duro.payments.mandates import MandateLookup, MandateOrder, MandateResult


class MandateGateway(Protocol):
    """A provider that keeps payers' approvals of debits; the debits themselves are charges of a mandate's token.

    No method raises for anything that happens outside the process: that is `Unknown`, and the same reference may be
    sent again at any time, since a reference makes one mandate only.
    """

    @property
    def name(self) -> str:
        """The provider's stable name, the same as its charge gateway's."""
        ...

    @property
    def setup_time(self) -> TimeDelta:
        """How long after its activation a mandate's debits may still be refused with "do not honor"."""
        ...

    async def create(self, order: MandateOrder) -> MandateResult: ...

    async def lookup(self, reference: str) -> MandateLookup: ...

    async def cancel(self, reference: str) -> MandateLookup:
        """End the approval, once or again, and say how it stands."""
        ...

    async def close(self) -> None: ...
