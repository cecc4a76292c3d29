from typing import Final, final
from urllib.parse import quote

from whenever import TimeDelta

from duro.kernel import Currency, Money, UnknownCurrencyError
from duro.payments.cards import CardDetails, TokenizeResult
from duro.payments.charges import ChargeLookup, ChargeRequest, ChargeResult, NotFound, Unknown
from duro.payments.refunds import Refunded, RefundLookup, RefundRefused, RefundRequest, RefundResult
from duro.payments.simulated.charge_wire import ChargeBody, ChargeReply
from duro.payments.simulated.http_exchange import HttpExchange
from duro.payments.simulated.http_shard import Reply
from duro.payments.simulated.issuer import SimulatedIssuer
from duro.payments.simulated.refund_wire import RefundBody, RefundReply
from duro.payments.simulated.token_wire import TokenBody, TokenReply

_DECIDED: Final = frozenset({200, 409})
_FOUND: Final = frozenset({200})


@final
class HttpSimulatedGateway:
    """The simulated provider behind its HTTP server, believed only where its answer is whole and names our reference.

    The same reference again is answered by the server with a conflict that carries the first decision; that decision
    is the result.
    """

    def __init__(self, *, base_url: str, timeout_seconds: float, settle_window: TimeDelta | None = None) -> None:
        least = TimeDelta(seconds=timeout_seconds) * 2
        self._settle_window = least if settle_window is None else settle_window
        if self._settle_window < least:
            message = "The settle window of a provider is at least twice the client's time-out."
            raise ValueError(message)
        self._exchange = HttpExchange(base_url=base_url, timeout_seconds=timeout_seconds)

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def is_moving_money(self) -> bool:
        return False

    @property
    def settle_window(self) -> TimeDelta:
        return self._settle_window

    @property
    def has_idempotent_references(self) -> bool:
        return True

    def supports(self, currency: Currency) -> bool:
        return SimulatedIssuer.supports(currency)

    def minimum(self, currency: Currency) -> Money:
        return SimulatedIssuer.minimum(currency)

    async def charge(self, request: ChargeRequest) -> ChargeResult:
        reply = await self._exchange.send("POST", "/charges", ChargeBody.of(request))
        return reply if isinstance(reply, Unknown) else self._charged(reply, request.reference, _DECIDED)

    async def lookup(self, reference: str) -> ChargeLookup:
        reply = await self._exchange.send("GET", f"/charges/{quote(reference, safe='')}")
        if isinstance(reply, Unknown):
            return reply
        if reply.says(404, "charge_not_found"):
            return NotFound()
        return self._charged(reply, reference, _FOUND)

    async def refund(self, request: RefundRequest) -> RefundResult:
        reply = await self._exchange.send("POST", "/refunds", RefundBody.of(request))
        return reply if isinstance(reply, Unknown) else self._refunded(reply, request.reference, _DECIDED)

    async def lookup_refund(self, reference: str) -> RefundLookup:
        reply = await self._exchange.send("GET", f"/refunds/{quote(reference, safe='')}")
        if isinstance(reply, Unknown):
            return reply
        if reply.says(404, "refund_not_found"):
            return NotFound()
        return self._refunded(reply, reference, _FOUND)

    async def tokenize(self, card: CardDetails) -> TokenizeResult:
        reply = await self._exchange.send("POST", "/tokens", TokenBody.of(card))
        if isinstance(reply, Unknown):
            return reply
        answer = reply.read(TokenReply)
        return answer if isinstance(answer, Unknown) else answer.card.result

    async def close(self) -> None:
        await self._exchange.close()

    def _charged(self, reply: Reply, reference: str, statuses: frozenset[int]) -> ChargeResult:
        answer = reply.read(ChargeReply, statuses)
        if isinstance(answer, Unknown):
            return answer
        if answer.charge.reference != reference:
            return Unknown("The answer is about another reference.")
        try:
            return answer.charge.result
        except UnknownCurrencyError:
            return Unknown("The answer names a currency that doesn't exist.")

    def _refunded(self, reply: Reply, reference: str, statuses: frozenset[int]) -> Refunded | RefundRefused | Unknown:
        answer = reply.read(RefundReply, statuses)
        if isinstance(answer, Unknown):
            return answer
        if answer.refund.reference != reference:
            return Unknown("The answer is about another reference.")
        try:
            return answer.refund.result
        except UnknownCurrencyError:
            return Unknown("The answer names a currency that doesn't exist.")
