from typing import Final, final
from urllib.parse import quote

from whenever import Instant

from duro.billing.recovery import Rail
from duro.kernel import Currency
from duro.payments.charges import NotFound, Unknown
from duro.payments.payment_requests import PaymentRequestOrder, RequestLookup, RequestResult
from duro.payments.refusals import Refused
from duro.payments.simulated.http_exchange import HttpExchange
from duro.payments.simulated.http_shard import Reply
from duro.payments.simulated.rails.account_wire import AccountReply, AccountStandingReply, VirtualAccountBody
from duro.payments.simulated.rails.push_bank import SimulatedPushBank
from duro.payments.simulated.rails.request_wire import RequestBody, RequestReply, RequestStandingReply
from duro.payments.virtual_accounts import AccountLookup, AccountResult, VirtualAccountOrder

_SHARDS: Final = 4
_UNBELIEVABLE: Final = Unknown("The answer names what doesn't exist.")
_OTHER: Final = Unknown("The answer is about another reference.")


@final
class HttpSimulatedPaymentRequests:
    """The simulated provider's push rails over HTTP, believed only where an answer is whole and about us."""

    def __init__(self, *, base_url: str, timeout_seconds: float) -> None:
        self._exchange = HttpExchange(base_url=base_url, timeout_seconds=timeout_seconds, shards=_SHARDS)

    @property
    def name(self) -> str:
        return "simulated"

    @property
    def is_moving_money(self) -> bool:
        return False

    def supports(self, rail: Rail, currency: Currency) -> bool:
        return SimulatedPushBank.supports(rail, currency)

    async def open(self, order: PaymentRequestOrder) -> RequestResult:
        reply = await self._exchange.send("POST", "/payment-requests", RequestBody.of(order))
        answer = reply if isinstance(reply, Unknown) else reply.read(RequestReply)
        if isinstance(answer, Unknown):
            return answer
        try:
            result = answer.request.result
        except ValueError:
            return _UNBELIEVABLE
        return result if isinstance(result, Refused) or result.reference == order.reference else _OTHER

    async def lookup_request(self, reference: str) -> RequestLookup:
        reply = await self._exchange.send("GET", f"/payment-requests/{quote(reference, safe='')}")
        return reply if isinstance(reply, Unknown) else self._standing(reply, reference)

    async def close_request(self, reference: str) -> RequestLookup:
        reply = await self._exchange.send("POST", f"/payment-requests/{quote(reference, safe='')}/close")
        return reply if isinstance(reply, Unknown) else self._standing(reply, reference)

    async def open_account(self, order: VirtualAccountOrder) -> AccountResult:
        reply = await self._exchange.send("POST", "/virtual-accounts", VirtualAccountBody.of(order))
        answer = reply if isinstance(reply, Unknown) else reply.read(AccountReply)
        if isinstance(answer, Unknown):
            return answer
        try:
            result = answer.account.result
        except ValueError:
            return _UNBELIEVABLE
        return result if isinstance(result, Refused) or result.reference == order.reference else _OTHER

    async def lookup_account(self, reference: str, *, since: Instant) -> AccountLookup:
        path = f"/virtual-accounts/{quote(reference, safe='')}?since={quote(since.format_iso(), safe='')}"
        reply = await self._exchange.send("GET", path)
        if isinstance(reply, Unknown):
            return reply
        if reply.says(404, "account_not_found"):
            return NotFound()
        answer = reply.read(AccountStandingReply)
        if isinstance(answer, Unknown):
            return answer
        try:
            return answer.result if answer.account.reference == reference else _OTHER
        except ValueError:
            return _UNBELIEVABLE

    async def close(self) -> None:
        await self._exchange.close()

    @staticmethod
    def _standing(reply: Reply, reference: str) -> RequestLookup:
        if reply.says(404, "request_not_found"):
            return NotFound()
        answer = reply.read(RequestStandingReply)
        if isinstance(answer, Unknown):
            return answer
        try:
            return answer.result if answer.request.reference == reference else _OTHER
        except ValueError:
            return _UNBELIEVABLE
