from typing import Protocol

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency
from duro.payments.payment_requests import PaymentRequestOrder, RequestLookup, RequestResult
from duro.payments.virtual_accounts import AccountLookup, AccountResult, VirtualAccountOrder


class PaymentRequestGateway(Protocol):
    """A provider through which payers push money: it is asked for, and what arrives is matched, never taken.

    No method raises for anything that happens outside the process: that is `Unknown`, and the same reference may be
    sent again at any time, since a reference opens one thing only.
    """

    @property
    def name(self) -> str:
        """The provider's stable name, the same as its charge gateway's and in its notices."""
        ...

    @property
    def is_moving_money(self) -> bool:
        """Say whether what arrives is real money."""
        ...

    def supports(self, rail: Rail, currency: Currency) -> bool: ...

    async def open(self, order: PaymentRequestOrder) -> RequestResult: ...

    async def lookup_request(self, reference: str) -> RequestLookup: ...

    async def close_request(self, reference: str) -> RequestLookup:
        """Stop asking, once or again, and say what had come by then; what comes later is told of all the same."""
        ...

    async def open_account(self, order: VirtualAccountOrder) -> AccountResult: ...

    async def lookup_account(self, reference: str, *, since: Instant) -> AccountLookup:
        """Find a customer's account and what arrived at that instant or later, at most 100 at a time."""
        ...

    async def close(self) -> None: ...
