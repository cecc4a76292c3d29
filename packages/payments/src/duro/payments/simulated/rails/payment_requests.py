from typing import TypeVar, final

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency
from duro.payments.charges import Unknown
from duro.payments.payment_requests import PaymentRequestOrder, RequestLookup, RequestResult
from duro.payments.simulated.answers import Silent
from duro.payments.simulated.rails.push_bank import SimulatedPushBank
from duro.payments.virtual_accounts import AccountLookup, AccountResult, VirtualAccountOrder

Answer = TypeVar("Answer")


@final
class SimulatedPaymentRequests:
    """The simulated provider's push rails inside this process; an answer that never comes is `Unknown` at once."""

    def __init__(self, bank: SimulatedPushBank) -> None:
        self._bank = bank

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def is_moving_money(self) -> bool:
        return False

    def supports(self, rail: Rail, currency: Currency) -> bool:
        return self._bank.supports(rail, currency)

    async def open(self, order: PaymentRequestOrder) -> RequestResult:
        return self._heard(await self._bank.open(order))

    async def lookup_request(self, reference: str) -> RequestLookup:
        return await self._bank.lookup_request(reference)

    async def close_request(self, reference: str) -> RequestLookup:
        return await self._bank.close_request(reference)

    async def open_account(self, order: VirtualAccountOrder) -> AccountResult:
        return self._heard(await self._bank.open_account(order))

    async def lookup_account(self, reference: str, *, since: Instant) -> AccountLookup:
        return await self._bank.lookup_account(reference, since=since)

    async def close(self) -> None:
        """Leave the ledger to the charge gateway, which closes it."""

    @staticmethod
    def _heard(answer: Answer | Silent) -> Answer | Unknown:
        return Unknown("The simulated provider did not answer in time.") if isinstance(answer, Silent) else answer
