from typing import Protocol

from whenever import TimeDelta

from duro.kernel import Currency, Money
from duro.payments.cards import CardDetails, TokenizeResult
from duro.payments.charges import ChargeLookup, ChargeRequest, ChargeResult
from duro.payments.refunds import RefundLookup, RefundRequest, RefundResult


class ChargeGateway(Protocol):
    """A provider that takes money from saved instruments and gives it back.

    No method raises for anything that happens outside the process: a time-out, a broken connection, a server's fault
    and an answer that can't be read are all `Unknown`.
    """

    @property
    def name(self) -> str:
        """The provider's stable name, stored with every attempt and part of the key of its failure codes."""
        ...

    @property
    def is_moving_money(self) -> bool:
        """Say whether an approval means that real money left somebody's account."""
        ...

    @property
    def settle_window(self) -> TimeDelta:
        """How long after sending a reference that isn't found may still take money.

        Only past it may the same reference be sent again; it is at least twice the client's time-out.
        """
        ...

    @property
    def has_idempotent_references(self) -> bool:
        """Say whether a reference sent twice can take money only once."""
        ...

    def supports(self, currency: Currency) -> bool: ...

    def minimum(self, currency: Currency) -> Money:
        """Say what the smallest charge is, in minor units of a currency it supports."""
        ...

    async def charge(self, request: ChargeRequest) -> ChargeResult: ...

    async def lookup(self, reference: str) -> ChargeLookup: ...

    async def refund(self, request: RefundRequest) -> RefundResult: ...

    async def lookup_refund(self, reference: str) -> RefundLookup: ...

    async def tokenize(self, card: CardDetails) -> TokenizeResult: ...

    async def close(self) -> None: ...
