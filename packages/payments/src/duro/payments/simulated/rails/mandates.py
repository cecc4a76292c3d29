from typing import final

from whenever import TimeDelta

from duro.payments.charges import Unknown
from duro.payments.mandates import MandateLookup, MandateOrder, MandateResult
from duro.payments.simulated.answers import Silent
from duro.payments.simulated.rails.mandate_bank import SimulatedMandateBank


@final
class SimulatedMandates:
    """The simulated provider's mandates inside this process; an answer that never comes is `Unknown` at once."""

    def __init__(self, bank: SimulatedMandateBank) -> None:
        self._bank = bank

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def setup_time(self) -> TimeDelta:
        return self._bank.setup_time

    async def create(self, order: MandateOrder) -> MandateResult:
        answer = await self._bank.create(order)
        return Unknown("The simulated provider did not answer in time.") if isinstance(answer, Silent) else answer

    async def lookup(self, reference: str) -> MandateLookup:
        return await self._bank.lookup(reference)

    async def cancel(self, reference: str) -> MandateLookup:
        return await self._bank.cancel(reference)

    async def close(self) -> None:
        """Leave the ledger to the charge gateway, which closes it."""
